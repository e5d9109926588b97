import { useStanding } from '../api/use-identity.js'
import { serverUrl } from '../session/session.js'
import { useSession } from '../session/use-session.js'
import { IdentityButton } from './identity-button.js'
import { Mark } from '../ui/mark.js'

/** The bar above every page: the server, the caller, and when the token expires. */
export function TopBar() {
  const { baseUrl } = useSession()
  const { data: standing } = useStanding()
  const server = serverUrl({ baseUrl }).replace(/^https?:\/\//, '')
  return (
    <header className="flex h-11 shrink-0 items-center gap-3 border-b border-line bg-surface px-3 sm:px-4">
      <Mark className="size-5 shrink-0 md:hidden" />
      <p className="min-w-0 flex-1 truncate font-mono text-xs text-faint">
        <span className="sr-only">Server: </span>
        {server}
      </p>
      {standing !== undefined && <IdentityButton standing={standing} />}
    </header>
  )
}
