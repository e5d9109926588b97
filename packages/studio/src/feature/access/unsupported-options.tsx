import { ChevronRightIcon } from '@radix-ui/react-icons'
import { useQuery } from '@tanstack/react-query'
import { requestJson } from '../../api/request.js'
import { Button } from '../../ui/button.js'
import { InlineCode } from '../../ui/code.js'
import { Refusal } from '../../ui/refusal.js'
import type { UnsupportedOption } from './unsupported-option.js'
import { UnsupportedTable } from './unsupported-table.js'

function titleOf({ length }: readonly UnsupportedOption[]): string {
  const options = length === 1 ? 'an option' : `${length} options`
  return `This application sets ${options} that Signet does not serve`
}

/** The options of the application that Signet does not serve, folded. Nothing is shown if there are none. */
export function UnsupportedOptions() {
  const { data, error, refetch } = useQuery({
    queryKey: ['unsupported'],
    queryFn: ({ signal }) =>
      requestJson<{ readonly unsupported: readonly UnsupportedOption[] }>({
        path: ['system', 'unsupported'],
        signal,
      }),
  })
  if (error) {
    return (
      <Refusal error={error} actions={<Button onClick={() => void refetch()}>Try again</Button>} />
    )
  }
  if (data === undefined || data.unsupported.length === 0) return null
  return (
    <details className="group/unsupported rounded-md border border-warning-line bg-warning-soft">
      <summary className="flex list-none items-start gap-2 rounded-md px-3 py-2 font-medium text-warning [&::-webkit-details-marker]:hidden">
        <ChevronRightIcon
          aria-hidden
          className="mt-0.5 shrink-0 transition-transform group-open/unsupported:rotate-90"
        />
        {titleOf(data.unsupported)}
      </summary>
      <div className="flex flex-col gap-3 px-3 pt-1 pb-3">
        <p>
          The server runs without {data.unsupported.length === 1 ? 'it' : 'them'}, because the
          application sets <InlineCode>unsupported: 'warn'</InlineCode>. An option that restricts
          access would stop the start.
        </p>
        <UnsupportedTable options={data.unsupported} />
      </div>
    </details>
  )
}
