// What the package.json of a package that users install has to say. Pure, as contents.mjs is.

/** npm runs these on the machine of whoever installs the package. */
const RUN_AT_INSTALL = [
  'preinstall',
  'install',
  'postinstall',
  'preprepare',
  'prepare',
  'postprepare',
  'prepublish',
]
const TEXTS = ['description', 'license', 'author', 'homepage', 'bugs']

const EXACT = /^\d+\.\d+\.\d+$/

function findTextFaults(manifest, root) {
  const isText = (value) => typeof value === 'string' && value.trim() !== ''
  const faults = TEXTS.filter((name) => !isText(manifest[name])).map((name) => `${name} is missing`)
  if (!Array.isArray(manifest.keywords) || manifest.keywords.length === 0) {
    faults.push('keywords are missing')
  }
  for (const name of ['license', 'author']) {
    if (manifest[name] !== root[name]) faults.push(`${name} is not that of the project`)
  }
  return faults
}

function findPublishFaults(manifest, root, folder) {
  const { repository, publishConfig, engines, exports } = manifest
  const checks = [
    [repository?.url === root.repository.url, 'repository.url is not that of the project'],
    [repository?.directory === folder, `repository.directory is not ${folder}`],
    [publishConfig?.access === 'public', 'publishConfig.access is not "public"'],
    [publishConfig?.provenance === true, 'publishConfig.provenance is not true'],
    [engines?.node === root.engines.node, 'engines.node is not that of the project'],
    [manifest.type === 'module', 'type is not "module"'],
    [exports?.['./package.json'] === './package.json', 'exports has no ./package.json'],
  ]
  return checks.filter(([isGood]) => !isGood).map(([, fault]) => fault)
}

function findScriptFaults({ scripts = {} }) {
  return RUN_AT_INSTALL.filter((name) => name in scripts).map(
    (name) => `scripts.${name} would run where it is installed`,
  )
}

/** All of ours are released together, and what is others' is what was tested. */
function findVersionFaults({ version, dependencies = {} }, siblings) {
  return Object.entries(dependencies)
    .filter(([name, wanted]) => (siblings.has(name) ? wanted !== version : !EXACT.test(wanted)))
    .map(([name, wanted]) => `dependencies has ${name} at ${wanted}`)
}

/**
 * What is wrong with a package.json; empty where all is well.
 * @param {object} manifest
 * @param {{ root: object, folder: string, siblings: Set<string> }} project - the package.json of the
 *   project, the package's folder within it (packages/auth), and the names of all its packages
 * @returns {string[]}
 */
export function findManifestFaults(manifest, { root, folder, siblings }) {
  return [
    ...findTextFaults(manifest, root),
    ...findPublishFaults(manifest, root, folder),
    ...findScriptFaults(manifest),
    ...findVersionFaults(manifest, siblings),
  ]
}
