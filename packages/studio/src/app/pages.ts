import { IS_OF_PROXY } from '../session/page-settings.js'
import { lazyPage } from './lazy-page.js'

/** All pages, by their names in the router. */
export const PAGES = {
  agents: lazyPage(async () => (await import('../feature/agents/page.js')).AgentsPage),
  agent: lazyPage(async () => (await import('../feature/agents/agent-page.js')).AgentPage),
  approvals: lazyPage(async () => (await import('../feature/approvals/page.js')).ApprovalsPage),
  tokens: lazyPage(async () => (await import('../feature/tokens/page.js')).TokensPage),
  access: lazyPage(async () => (await import('../feature/access/page.js')).AccessPage),
  audit: lazyPage(async () => (await import('../feature/audit/page.js')).AuditPage),
  keys: lazyPage(async () => (await import('../feature/keys/page.js')).KeysPage),
  settings: lazyPage(async () => (await import('../feature/settings/page.js')).SettingsPage),
} as const

/** Components that are shown before or over a page. */
const REST = [
  () => import('../feature/sign-in/sign-in-screen.js'),
  () => import('../feature/sign-in/renewal-dialog.js'),
  () => import('./identity-dialog.js'),
] as const

/**
 * Loads the code of all pages, one after the other, when the browser is idle. A loaded page opens also while the server
 * cannot be reached. Code that fails to load is loaded when it is needed.
 */
export function preloadPages(): void {
  const { agents, agent, approvals, ...others } = PAGES
  const pages = IS_OF_PROXY ? others : { agents, agent, approvals, ...others }
  const works = [...Object.values(pages).map(({ preload }) => preload), ...REST]
  const next = () => {
    const work = works.shift()
    if (work === undefined) return
    const continueLoading = () => whenIdle(next)
    Promise.resolve(work()).then(continueLoading, continueLoading)
  }
  whenIdle(next)
}

/** Calls back when the browser is idle. Safari does not have idle callbacks. */
function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: 2000 })
  else setTimeout(work, 200)
}
