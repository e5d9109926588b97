// The public names of @signet/client-js/react. Whatever is added here must be kept.
export { MastraProvider, useMastraClient } from './provider.js'
export { useAgent, type AgentChat, type UseAgentOptions } from './use-agent.js'
export { type ChatState, type ChatStatus } from './chat-state.js'
export { type ChatDecision } from './chat.js'
export { type ChatMessage } from './chat-message.js'
export {
  type ChatPart,
  type ChatTextPart,
  type ChatToolCall,
  type ChatToolCallPart,
} from './chat-part.js'
