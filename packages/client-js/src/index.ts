// The public names of @signet/client-js. Whatever is added here must be kept.
export { MastraClient } from './client.js'
export {
  MastraClientError,
  type Issue,
  type LocalErrorCode,
  type MastraClientErrorCode,
  type ServerErrorCode,
} from './error.js'
export { type CallOptions, type HeaderRecord, type MastraClientOptions } from './request.js'
export { type TokenFunction } from './token.js'
export { type RequestContextInput } from './request-context.js'
export { type Agent, type AgentDetails } from './agent.js'
export {
  type Answer,
  type AnswerOptions,
  type AnswerStep,
  type MemoryOptions,
  type ModelSettings,
  type StreamOptions,
} from './answer.js'
export { type Message, type MessageInput, type Role } from './message.js'
export { type ClientTool, type ClientToolContext } from './client-tool.js'
export { type JsonSchema, type SchemaInput, type StandardSchema } from './schema.js'
export {
  type AgentChunk,
  type AnswerMessages,
  type FinishPayload,
  type PublicError,
  type ToolCall,
  type ToolCallSuspension,
  type ToolCallChunk,
  type ToolResult,
  type ToolResultChunk,
  type Usage,
} from './chunk.js'
export {
  type DeclinedToolCall,
  type ObserveParams,
  type ResumedToolCall,
  type SuspendedRun,
  type SuspendedRunPage,
  type SuspendedRunsParams,
  type SuspendedToolCall,
  type ToolCallDecision,
} from './run.js'
export { type AgentStream } from './stream.js'
export { type Tool, type ToolDetails, type ToolInput } from './tool.js'
export {
  type ListedRun,
  type ListRunsParams,
  type RunByIdParams,
  type RunDetails,
  type Workflow,
  type WorkflowDetails,
} from './workflow.js'
export { type WorkflowChunk, type WorkflowStatus, type WorkflowStream } from './workflow-chunk.js'
export {
  type ResumeRunParams,
  type RunMessage,
  type StartRunParams,
  type WorkflowFailure,
  type WorkflowRun,
  type WorkflowRunResult,
  type WorkflowStepResult,
} from './workflow-run.js'
export {
  type CloneThreadParams,
  type ListMessagesParams,
  type MemoryParams,
  type MemoryThread,
  type MessageContent,
  type MessageIds,
  type MessagePart,
  type Metadata,
  type Page,
  type PageParams,
  type ClonedThread,
  type StoredMessage,
  type Thread,
  type UpdateThreadParams,
} from './thread.js'
export {
  type CreateThreadParams,
  type Excerpt,
  type ListThreadsParams,
  type MemoryConfig,
  type MemoryStatus,
  type MessageToSave,
  type SaveMessagesParams,
  type SearchParams,
  type SearchResult,
  type SearchResults,
  type WorkingMemory,
  type WorkingMemoryParams,
} from './memory.js'
export { type SystemPackages } from './system.js'
export {
  type Approval,
  type ApprovalPage,
  type DecidedApproval,
  type ShownApproval,
} from './approval.js'
export type {
  AskedFire,
  CreateAgentScheduleParams,
  CreateWorkflowScheduleParams,
  ListSchedulesParams,
  ListScheduleTriggersParams,
  Schedule,
  ScheduleTrigger,
  UpdateScheduleParams,
} from './schedule.js'
