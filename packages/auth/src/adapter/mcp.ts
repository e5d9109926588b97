// The guard of @signet/auth as a verifier of the MCP SDK. Whatever is added here must be kept.
export {
  mcpVerifier,
  type McpAuthInfo,
  type McpErrorClass,
  type McpVerifier,
  type McpVerifierOptions,
} from '../guard/mcp-verifier.js'
