/** Under 12 minutes with all rows. */
const FULL = {
  mode: 'full',
  rounds: 5,
  seconds: 2,
  shortSeconds: 1,
  starts: 5,
  streams: 2000,
  loadSeconds: 10,
}
/** Under 2 minutes: enough to see that all works and where it goes, too little to quote. */
const QUICK = {
  mode: 'quick',
  rounds: 2,
  seconds: 1,
  shortSeconds: 1,
  starts: 1,
  streams: 200,
  loadSeconds: 2,
}

/**
 * How long to measure, and what: `--quick` is the short way, without those peers that have no agents;
 * `--only agents,start` measures these groups alone; `--cpu` compares by the processor time that a server needs for
 * a request, which a machine that does other work too disturbs less.
 *
 * @param {readonly string[]} args
 * @param {readonly string[]} names - of all groups
 * @throws {Error} when there is no such group
 */
export function chooseEffort(args, names) {
  const effort = { ...(args.includes('--quick') ? QUICK : FULL), byCpu: args.includes('--cpu') }
  const index = args.findIndex((arg) => arg === '--only' || arg.startsWith('--only='))
  if (index < 0) return { ...effort, only: undefined }
  const list = args[index].startsWith('--only=') ? args[index].slice(7) : (args[index + 1] ?? '')
  const only = list.split(',')
  const unknown = only.filter((name) => !names.includes(name))
  if (unknown.length > 0) throw new Error(`There is no ${unknown}; there are: ${names}.`)
  return { ...effort, only }
}
