import { CheckIcon, Cross2Icon, MinusIcon } from '@radix-ui/react-icons'
import { Badge } from '../../ui/badge.js'
import type { RouteVerdict } from './access-answer.js'

const LOOK = {
  yes: { tone: 'success', icon: CheckIcon, says: 'yes' },
  some: { tone: 'warning', icon: MinusIcon, says: 'for some ids' },
  no: { tone: 'neutral', icon: Cross2Icon, says: 'no' },
} as const

/** Shows yes, no or some by an icon and a word, not by colour alone. */
export function VerdictBadge({ allowed }: { readonly allowed: RouteVerdict['allowed'] }) {
  const { tone, icon: Icon, says } = LOOK[allowed]
  return (
    <Badge tone={tone} className="min-w-13">
      <Icon aria-hidden className="size-3" />
      {says}
    </Badge>
  )
}
