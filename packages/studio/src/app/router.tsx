import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { Missing } from './missing.js'
import { PageError } from './page-error.js'
import { Shell } from './shell.js'

const root = createRootRoute({ component: Shell, notFoundComponent: Missing })

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/agents', replace: true })
  },
})

const agents = createRoute({
  getParentRoute: () => root,
  path: '/agents',
  component: lazyRouteComponent(() => import('../feature/agents/page.js'), 'AgentsPage'),
})

const agent = createRoute({
  getParentRoute: () => root,
  path: '/agents/$agentId',
  validateSearch: ({ thread }: Record<string, unknown>): { thread?: string } =>
    thread === undefined || thread === '' ? {} : { thread: String(thread) },
  component: lazyRouteComponent(() => import('../feature/agents/agent-page.js'), 'AgentPage'),
})

const tokens = createRoute({
  getParentRoute: () => root,
  path: '/tokens',
  component: lazyRouteComponent(() => import('../feature/tokens/page.js'), 'TokensPage'),
})

const access = createRoute({
  getParentRoute: () => root,
  path: '/access',
  component: lazyRouteComponent(() => import('../feature/access/page.js'), 'AccessPage'),
})

const audit = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  component: lazyRouteComponent(() => import('../feature/audit/page.js'), 'AuditPage'),
})

const keys = createRoute({
  getParentRoute: () => root,
  path: '/keys',
  component: lazyRouteComponent(() => import('../feature/keys/page.js'), 'KeysPage'),
})

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('../feature/settings/page.js'), 'SettingsPage'),
})

/** The pages of the Studio, behind the `#` of its one URL. */
export const router = createRouter({
  routeTree: root.addChildren([home, agents, agent, tokens, access, audit, keys, settings]),
  history: createHashHistory(),
  defaultPreload: 'intent',
  defaultErrorComponent: PageError,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
