import { lazyPage } from './lazy-page.js'

/** Every page, by what the router calls it. */
export const PAGES = {
  agents: lazyPage(async () => (await import('../feature/agents/page.js')).AgentsPage),
  agent: lazyPage(async () => (await import('../feature/agents/agent-page.js')).AgentPage),
  tokens: lazyPage(async () => (await import('../feature/tokens/page.js')).TokensPage),
  access: lazyPage(async () => (await import('../feature/access/page.js')).AccessPage),
  audit: lazyPage(async () => (await import('../feature/audit/page.js')).AuditPage),
  keys: lazyPage(async () => (await import('../feature/keys/page.js')).KeysPage),
  settings: lazyPage(async () => (await import('../feature/settings/page.js')).SettingsPage),
} as const

/** What is shown before a page, or over it. */
const REST = [
  () => import('../feature/sign-in/sign-in-screen.js'),
  () => import('../feature/sign-in/renewal-dialog.js'),
  () => import('./identity-dialog.js'),
] as const

/**
 * Loads the code of every page, one after the other, once the browser has nothing else to do: a page that is there needs no
 * server. What fails is loaded when it is needed.
 */
export function preloadPages(): void {
  const works = [...Object.values(PAGES).map(({ preload }) => preload), ...REST]
  const next = () => {
    const work = works.shift()
    if (work === undefined) return
    const continueLoading = () => whenIdle(next)
    Promise.resolve(work()).then(continueLoading, continueLoading)
  }
  whenIdle(next)
}

/** Safari has no idle callbacks. */
function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: 2000 })
  else setTimeout(work, 200)
}
