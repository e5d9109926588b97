import type { ChatToolCall } from '@signet/client-js/react'
import { memo } from 'react'
import { ChevronRightIcon, MixerVerticalIcon } from '@radix-ui/react-icons'
import { Badge } from '../../ui/badge.js'
import { Code } from '../../ui/code.js'
import type { Tone } from '../../ui/tone.js'

const STATE = {
  running: { tone: 'accent', text: 'running' },
  done: { tone: 'success', text: 'done' },
  failed: { tone: 'danger', text: 'failed' },
} as const satisfies Record<string, { readonly tone: Tone; readonly text: string }>

function toText(value: unknown): string {
  return JSON.stringify(value, undefined, 2) ?? 'nothing'
}

/** A call of a tool, folded: its input and what it came to are inside. Made again only when the call is another. */
export const ToolCallView = memo(function ToolCallView({ call }: { readonly call: ChatToolCall }) {
  const { tone, text } = STATE[call.state]
  return (
    <details className="group/call rounded-md border border-line bg-canvas">
      <summary className="flex min-h-9 list-none flex-wrap items-center gap-2 rounded-md px-3 py-1 hover:bg-hover [&::-webkit-details-marker]:hidden">
        <ChevronRightIcon
          aria-hidden
          className="text-faint transition-transform group-open/call:rotate-90"
        />
        <MixerVerticalIcon aria-hidden className="text-muted" />
        <span className="min-w-0 font-mono text-xs font-medium wrap-anywhere">{call.toolName}</span>
        <Badge tone={tone}>{text}</Badge>
      </summary>
      <div className="flex flex-col gap-3 border-t border-line px-3 py-3">
        <div>
          <p className="mb-1 text-xs font-medium text-muted">Input</p>
          <Code label={`Input of ${call.toolName}`} text={toText(call.args)} isWrapped />
        </div>
        {call.state === 'done' && (
          <div>
            <p className="mb-1 text-xs font-medium text-muted">Output</p>
            <Code label={`Output of ${call.toolName}`} text={toText(call.result)} isWrapped />
          </div>
        )}
        {call.state === 'failed' && (
          <p className="text-danger">{call.error ?? 'It did not finish.'}</p>
        )}
      </div>
    </details>
  )
})
