import { CSPProvider } from '@base-ui/react/csp-provider'
import { MastraProvider } from '@signet/client-js/react'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode, useMemo } from 'react'
import { createRoot } from 'react-dom/client'
import { watchPolicy } from './api/blocked.js'
import { createClient } from './api/client.js'
import { NONCE } from './session/page-settings.js'
import { agentsApi } from './session/session.js'
import { useSession } from './session/use-session.js'
import { createQueryClient } from './app/query-client.js'
import { preloadPages } from './app/pages.js'
import { router } from './app/router.js'
import { applyTheme } from './session/theme.js'

const queryClient = createQueryClient()

function Studio() {
  const { server, prefix } = agentsApi(useSession())
  const client = useMemo(() => createClient(server, prefix), [server, prefix])
  return (
    <CSPProvider {...(NONCE !== undefined && { nonce: NONCE })}>
      <QueryClientProvider client={queryClient}>
        <MastraProvider client={client}>
          <RouterProvider router={router} />
        </MastraProvider>
      </QueryClientProvider>
    </CSPProvider>
  )
}

applyTheme()
watchPolicy()
const element = document.getElementById('studio')
if (element === null) throw new Error('The page has no element for the Studio.')
createRoot(element).render(
  <StrictMode>
    <Studio />
  </StrictMode>,
)
preloadPages()
