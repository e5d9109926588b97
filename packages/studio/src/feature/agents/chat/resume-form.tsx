import { SchemaForm } from '../../../schema/schema-form.js'
import { Button } from '../../../ui/button.js'

function parse(schema: string | undefined): unknown {
  try {
    return schema === undefined ? undefined : JSON.parse(schema)
  } catch {
    return undefined
  }
}

/** Lets the reader answer what a tool asks for that has suspended its call. */
export function ResumeForm({
  toolName,
  schema,
  isPending,
  onResume,
  onDecline,
}: {
  readonly toolName: string
  /** What the tool wants, as the text of a JSON Schema; undefined where it is not known. */
  readonly schema: string | undefined
  readonly isPending: boolean
  readonly onResume: (resumeData: unknown) => void
  readonly onDecline: () => void
}) {
  return (
    <SchemaForm
      schema={parse(schema)}
      label={`Your answer to ${toolName}`}
      submit="Continue"
      isPending={isPending}
      onSubmit={onResume}
      actions={
        <Button disabled={isPending} aria-label={`Decline ${toolName}`} onClick={onDecline}>
          Decline
        </Button>
      }
    />
  )
}
