import { MixerVerticalIcon } from '@radix-ui/react-icons'
import type { ReactNode, Ref } from 'react'
import { Badge } from '../ui/badge.js'
import { Code } from '../ui/code.js'
import type { Tone } from '../ui/tone.js'

/** A tool call that somebody has to decide on: the tool, where the call stands, and all of its arguments. */
export function CallCard({
  ref,
  toolName,
  args,
  state,
  tone,
  facts,
  children,
}: {
  readonly ref?: Ref<HTMLElement>
  readonly toolName: string
  readonly args: unknown
  /** Where it stands, in few words. */
  readonly state: string
  readonly tone: Tone
  /** Who asks, who may approve, until when. */
  readonly facts: ReactNode
  /** What the reader can do. */
  readonly children: ReactNode
}) {
  return (
    <article
      ref={ref}
      aria-label={`Call of ${toolName}`}
      className="flex flex-col gap-3 rounded-lg border border-line-strong bg-surface px-3 py-3 shadow-raised sm:px-4"
    >
      <header className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <MixerVerticalIcon aria-hidden className="text-muted" />
        <h3 className="min-w-0 font-mono text-sm font-semibold wrap-anywhere">{toolName}</h3>
        <Badge tone={tone}>{state}</Badge>
      </header>
      <Code
        label={`Arguments of ${toolName}`}
        text={JSON.stringify(args, undefined, 2) ?? 'nothing'}
        isWrapped
      />
      <div className="text-sm text-muted">{facts}</div>
      {children}
    </article>
  )
}
