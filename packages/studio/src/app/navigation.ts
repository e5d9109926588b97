import {
  ActivityLogIcon,
  ChatBubbleIcon,
  CheckCircledIcon,
  GearIcon,
  IdCardIcon,
  LockClosedIcon,
  MixIcon,
} from '@radix-ui/react-icons'
import type { ComponentType } from 'react'
import { HOME, IS_OF_PROXY } from '../session/page-settings.js'

/** An entry of the navigation. */
export interface Place {
  readonly path: string
  readonly name: string
  /** For narrow screens. */
  readonly shortName: string
  readonly icon: ComponentType<{ readonly className?: string; readonly 'aria-hidden': true }>
  /** Whether it can be used without signing in. */
  readonly isOpen: boolean
  /** It is listed only for callers who have this permission, or have it for some id. Default: for everybody. */
  readonly permission?: string
}

const ALL: readonly Place[] = [
  { path: '/agents', name: 'Agents', shortName: 'Agents', icon: ChatBubbleIcon, isOpen: false },
  {
    path: '/approvals',
    name: 'Approvals',
    shortName: 'Inbox',
    icon: CheckCircledIcon,
    isOpen: false,
    permission: 'tools:approve',
  },
  { path: '/tokens', name: 'Tokens', shortName: 'Tokens', icon: IdCardIcon, isOpen: true },
  { path: '/access', name: 'Access', shortName: 'Access', icon: MixIcon, isOpen: false },
  { path: '/audit', name: 'Audit', shortName: 'Audit', icon: ActivityLogIcon, isOpen: false },
  { path: '/keys', name: 'API keys', shortName: 'Keys', icon: LockClosedIcon, isOpen: false },
  { path: '/settings', name: 'Settings', shortName: 'Settings', icon: GearIcon, isOpen: true },
]

/** Pages of what a proxy does not have. */
const OF_AGENTS: ReadonlySet<string> = new Set(['/agents', '/approvals'])

/** The places of this page, in the order of the navigation. */
export const PLACES: readonly Place[] = ALL.filter(
  ({ path }) => !IS_OF_PROXY || !OF_AGENTS.has(path),
)

/** The place of a path. `/` is the place that is shown first. */
export function placeOf(path: string): Place | undefined {
  const pathname = path === '/' ? HOME.path : path
  return PLACES.find((place) => pathname === place.path || pathname.startsWith(`${place.path}/`))
}
