import { examine } from '../doctor/examine.js'
import { examineProxy } from '../doctor/examine-proxy.js'
import type { Finding } from '../doctor/finding.js'
import { countWords, findingLines } from '../doctor/finding-lines.js'
import { enterProject, requireProduction } from '../project/environment.js'
import type { UpstreamFlags } from '../doctor/served-proxy.js'
import { FindingFailure, UsageFailure } from '../failure.js'
import { type Io, writeLine } from '../terminal/io.js'
import { printableJson } from '../terminal/printable.js'
import { openProject } from '../project/project.js'
import { openProxyProject } from '../project/proxy-config.js'
import { namedSecret } from '../serve/proxy-auth.js'
import { createStyle, writeStyledLine } from '../terminal/style.js'

/** Flags of `signet doctor`. */
export interface DoctorOptions extends UpstreamFlags {
  readonly json?: boolean
  /** The variable with the secret by which the application behind a proxy verifies tokens. */
  readonly upstreamSecret?: string
}

/** Examines the proxy of a folder, where it configures one or a flag names what it stands before; else its application. */
async function findingsOf(directory: string, options: DoctorOptions): Promise<readonly Finding[]> {
  const { upstream, upstreamSecret } = options
  const proxy = openProxyProject(directory)
  const isProxy = proxy.hasConfig || upstream !== undefined
  if (!isProxy && upstreamSecret !== undefined) {
    throw new UsageFailure(
      '--upstream-secret is for a folder with signet.config.ts, or beside --upstream.',
    )
  }
  const project = isProxy ? undefined : openProject(directory)
  enterProject(directory)
  requireProduction()
  if (project !== undefined) return await examine(project)
  const secret = upstreamSecret === undefined ? undefined : namedSecret(upstreamSecret)
  return await examineProxy(proxy, options, secret)
}

/**
 * Prints each weakness of the application, as `signet start` would serve it here, or of the proxy, as `signet proxy` would,
 * with its remedy.
 * @throws {UsageFailure} for a variable that is not set
 * @throws {FindingFailure} where there is an error among it, once all is told
 */
export async function runDoctor(directory: string, options: DoctorOptions, io: Io): Promise<void> {
  const findings = await findingsOf(directory, options)
  if (options.json === true) {
    writeLine(io.stdout, printableJson({ findings }, 2))
  } else {
    const style = createStyle(io.stdout)
    for (const line of findings.flatMap((each) => findingLines(each, style))) {
      writeStyledLine(io.stdout, line)
    }
    const counts = [countWords(findings, 'error'), countWords(findings, 'warning')]
    writeLine(io.stderr, `${counts.join(', ')}.`)
  }
  if (findings.some(({ level }) => level === 'error')) throw new FindingFailure()
}
