// The public names of @signet/auth/issuers: for each issuer a function from what an operator knows to the options of
// MastraJwtAuth. Whatever is added here must be kept.
export { auth0, type Auth0Facts } from './auth0.js'
export { betterAuth, type BetterAuthFacts } from './better-auth.js'
export { clerk, type ClerkFacts } from './clerk.js'
export {
  cloudflareAccess,
  type CloudflareAccessFacts,
  type CloudflareAccessOptions,
} from './cloudflare-access.js'
export { cognito, type CognitoFacts } from './cognito.js'
export { entra, type EntraFacts } from './entra.js'
export { firebase, type FirebaseFacts } from './firebase.js'
export { google, type GoogleFacts } from './google.js'
export { keycloak, type KeycloakFacts } from './keycloak.js'
export { okta, type OktaFacts } from './okta.js'
export { supabase, type SupabaseFacts } from './supabase.js'
export { workos, type WorkosFacts } from './workos.js'
