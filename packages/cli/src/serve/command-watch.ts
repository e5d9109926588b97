import { spawn, type ChildProcess } from 'node:child_process'

/**
 * What a shell does for a process group whose proxy may be killed. A line on its input says that the proxy ends the group
 * itself. An input that ends without one says that the proxy is gone: it could not have left it open. Then the group is asked
 * to end, and killed 10 seconds later.
 */
const SCRIPT = `
trap '' HUP INT TERM
read -r line && exit 0
kill -s TERM -- "-$1" 2>/dev/null
left=10
while [ "$left" -gt 0 ] && kill -s 0 -- "-$1" 2>/dev/null; do
  sleep 1
  left=$((left - 1))
done
kill -s KILL -- "-$1" 2>/dev/null
`
const SHELL = '/bin/sh'

/**
 * Ends a process group if this process is ended by SIGKILL, or by whatever else leaves it no time for an orderly end. A
 * small shell waits for that, in a session of its own, so that a signal of the terminal does not reach it.
 * @param pid - of the leader of the group
 * @param onFailure - is told why nothing waits, where the shell cannot be started
 * @returns ends the watch: to be called once the group is ended, or is about to be
 */
export function endWhenKilled(pid: number, onFailure: (message: string) => void): () => void {
  const shell: ChildProcess = spawn(SHELL, ['-c', SCRIPT, 'signet-watch', String(pid)], {
    cwd: '/',
    // Nothing of the secrets of the proxy.
    env: { PATH: process.env['PATH'] },
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  shell.once('error', (error) => {
    const code = String(Reflect.get(error, 'code'))
    onFailure(
      `${SHELL} cannot be started (${code}): if the proxy is ended by SIGKILL, the application goes on without it.`,
    )
  })
  shell.unref()
  const { stdin } = shell
  stdin?.on('error', () => undefined)
  // The pipe alone does not keep this process running.
  if (stdin !== null && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref()
  return () => void stdin?.end('end\n')
}
