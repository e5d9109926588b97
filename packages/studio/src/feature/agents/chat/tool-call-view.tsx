import type { ChatToolCall } from '@signet/client-js/react'
import { memo, useState } from 'react'
import { ChevronRightIcon, MixerVerticalIcon } from '@radix-ui/react-icons'
import { Badge } from '../../../ui/badge.js'
import { Code } from '../../../ui/code.js'
import type { Tone } from '../../../ui/tone.js'
import { shortDuration } from './answer-facts.js'

const STATE = {
  running: { tone: 'accent', text: 'running' },
  waiting: { tone: 'warning', text: 'waits' },
  done: { tone: 'success', text: 'done' },
  failed: { tone: 'danger', text: 'failed' },
} as const satisfies Record<string, { readonly tone: Tone; readonly text: string }>

function toText(value: unknown): string {
  return JSON.stringify(value, undefined, 2) ?? 'nothing'
}

/** Why a call failed, with the cause if the server tells it. */
function Failure({ call }: { readonly call: ChatToolCall }) {
  const text = [
    call.error ?? 'The call did not finish.',
    ...(call.cause === undefined ? [] : [call.cause]),
  ]
  return (
    <div className="px-3 pb-2 text-sm whitespace-pre-wrap wrap-anywhere text-danger">
      {text.map((line) => (
        <p key={line} dir="auto">
          {line}
        </p>
      ))}
    </div>
  )
}

/** A tool call: its state and duration, and, folded, its input and output. */
export const ToolCallView = memo(function ToolCallView({ call }: { readonly call: ChatToolCall }) {
  const { tone, text } = STATE[call.state]
  // Folded content is not rendered, because it can be large.
  const [isUnfolded, setIsUnfolded] = useState(false)
  return (
    <div className="rounded-md border border-line bg-canvas">
      <details
        className="group/call"
        onToggle={({ currentTarget }) => setIsUnfolded(currentTarget.open)}
      >
        <summary className="flex min-h-9 list-none flex-wrap items-center gap-2 rounded-md px-3 py-1 hover:bg-hover [&::-webkit-details-marker]:hidden">
          <ChevronRightIcon
            aria-hidden
            className="text-faint transition-transform group-open/call:rotate-90"
          />
          <MixerVerticalIcon aria-hidden className="text-muted" />
          <span className="min-w-0 font-mono text-xs font-medium wrap-anywhere">
            {call.toolName}
          </span>
          <Badge tone={tone}>{text}</Badge>
          {call.durationMs !== undefined && (
            <span className="text-xs text-faint tabular-nums">
              {shortDuration(call.durationMs)}
            </span>
          )}
        </summary>
        {isUnfolded && (
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
          </div>
        )}
      </details>
      {call.state === 'failed' && <Failure call={call} />}
    </div>
  )
})
