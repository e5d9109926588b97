// The public names of @signet/core/server. Whatever is added here must be kept.
export {
  CompositeAuth,
  defineAuth,
  MastraAuthProvider,
  SimpleAuth,
  type MastraAuthProviderOptions,
  type SimpleAuthOptions,
} from '@signet/auth'
export {
  registerApiRoute,
  type ApiRoute,
  type ApiRouteEnv,
  type ApiRouteHandler,
  type ApiRouteMethod,
  type ApiRouteOptions,
  type ApiRouteVariables,
} from './api-route.js'
