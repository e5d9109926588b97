/** How the npm that runs this is called: the command and its first arguments. */
export function npmCommand(): readonly [string, ...string[]] {
  const { npm_execpath: npm } = process.env
  if (npm === undefined) throw new Error('Run this through npm: npm run interop')
  return [process.execPath, npm]
}
