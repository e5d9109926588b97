import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  redirect,
} from '@tanstack/react-router'
import { Missing } from './missing.js'
import { PageError } from './page-error.js'
import { HOME, IS_OF_PROXY } from '../session/page-settings.js'
import { PAGES } from './pages.js'
import { Shell } from './shell.js'

const root = createRootRoute({ component: Shell, notFoundComponent: Missing })

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: HOME.path, replace: true })
  },
})

/** A proxy does not have the pages of agents, nor what they wait for. */
function leaveAgents(): void {
  if (IS_OF_PROXY) throw redirect({ to: HOME.path, replace: true })
}

const agents = createRoute({
  getParentRoute: () => root,
  path: '/agents',
  beforeLoad: leaveAgents,
  component: PAGES.agents,
})

const agent = createRoute({
  getParentRoute: () => root,
  path: '/agents/$agentId',
  beforeLoad: leaveAgents,
  validateSearch: ({ thread }: Record<string, unknown>): { thread?: string } =>
    thread === undefined || thread === '' ? {} : { thread: String(thread) },
  component: PAGES.agent,
})

const approvals = createRoute({
  getParentRoute: () => root,
  path: '/approvals',
  beforeLoad: leaveAgents,
  component: PAGES.approvals,
})

const tokens = createRoute({
  getParentRoute: () => root,
  path: '/tokens',
  component: PAGES.tokens,
})

const access = createRoute({
  getParentRoute: () => root,
  path: '/access',
  component: PAGES.access,
})

const audit = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  component: PAGES.audit,
})

const keys = createRoute({
  getParentRoute: () => root,
  path: '/keys',
  component: PAGES.keys,
})

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: PAGES.settings,
})

/** The pages of the Studio. Their paths are in the fragment of its one URL. */
export const router = createRouter({
  routeTree: root.addChildren([
    home,
    agents,
    agent,
    approvals,
    tokens,
    access,
    audit,
    keys,
    settings,
  ]),
  history: createHashHistory(),
  defaultPreload: 'intent',
  defaultErrorComponent: PageError,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
