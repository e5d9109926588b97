import { Code } from './code.js'

/** What to do, with the command in a block of its own, which can be copied. */
export function RemedyText({
  remedy,
  command,
}: {
  /** It ends with the command, where there is one. */
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
