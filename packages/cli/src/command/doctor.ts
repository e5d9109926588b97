import { examine } from '../doctor/examine.js'
import { countWords, findingLines } from '../doctor/finding-lines.js'
import { enterProject, requireProduction } from '../project/environment.js'
import { FindingFailure } from '../failure.js'
import { type Io, writeLine } from '../terminal/io.js'
import { printableJson } from '../terminal/printable.js'
import { openProject } from '../project/project.js'
import { createStyle, writeStyledLine } from '../terminal/style.js'

/** Flags of `signet doctor`. */
export interface DoctorOptions {
  readonly json?: boolean
}

/**
 * Prints each weakness of the application, as `signet start` would serve it here, with its remedy.
 * @throws {FindingFailure} where there is an error among it, once all is told
 */
export async function runDoctor(directory: string, options: DoctorOptions, io: Io): Promise<void> {
  const project = openProject(directory)
  enterProject(directory)
  requireProduction()
  const findings = await examine(project)
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
