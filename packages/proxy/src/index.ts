export { defineProxy, type ProxyConfig } from './config.js'
export { type ProxyRoute, type RouteRules } from './declared/declared-route.js'
export { createProxy, type ProxyApp, type ProxyOptions, type ProxyState } from './app.js'
export { COMPARED_WITH, findPolicy, MASTRA_1 } from './policy/mastra-1.js'
export {
  createPolicyTable,
  type KnownRoute,
  type PolicyGroup,
  type PolicyMatch,
  type PolicyRoute,
  type PolicyTable,
  type RefusedRoute,
  type UnknownRoute,
} from './policy/policy-table.js'
export type {
  AnswerRule,
  BlankRule,
  DropRule,
  BodyRule,
  ClosedRoute,
  ListRule,
  MemberRule,
  NamedThing,
  OpenRoute,
  OwnerRule,
  Place,
  PolicyMethod,
  QueryRule,
  RoutePolicy,
  RunId,
  ThingKind,
  ThingState,
} from './policy/route-policy.js'
