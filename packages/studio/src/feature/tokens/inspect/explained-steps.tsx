import { CheckIcon, Cross2Icon, MinusIcon } from '@radix-ui/react-icons'
import type { Explanation } from './explanation.js'

const LOOK = {
  pass: { icon: CheckIcon, colour: 'text-success', says: 'passed' },
  fail: { icon: Cross2Icon, colour: 'text-danger', says: 'failed' },
  'not reached': { icon: MinusIcon, colour: 'text-faint', says: 'not reached' },
} as const

/** The checks of the server in their order, and the result of each. */
export function ExplainedSteps({ steps }: { readonly steps: Explanation['steps'] }) {
  return (
    <ol aria-label="Checks" className="grid gap-x-6 sm:grid-cols-2">
      {steps.map(({ name, result }) => {
        const { icon: Icon, colour, says } = LOOK[result]
        return (
          <li key={name} className="flex items-center gap-2 py-0.5">
            <Icon aria-hidden className={`shrink-0 ${colour}`} />
            <span className={result === 'not reached' ? 'text-faint' : ''}>{name}</span>
            <span className={result === 'fail' ? 'text-xs text-danger' : 'sr-only'}>{says}</span>
          </li>
        )
      })}
    </ol>
  )
}
