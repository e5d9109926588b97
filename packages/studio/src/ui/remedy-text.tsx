import { Code } from './code.js'

/** What to do. The command, if there is one, stands in a block of its own with a copy button. */
export function RemedyText({
  remedy,
  command,
}: {
  /** Ends with the command, if there is one. */
  readonly remedy: string
  readonly command?: string | null | undefined
}) {
  if (typeof command !== 'string' || !remedy.endsWith(command)) return <span>{remedy}</span>
  return (
    <>
      <span>{remedy.slice(0, -command.length)}</span>
      <Code className="mt-1" label="Command to run" text={command} isWrapped />
    </>
  )
}
