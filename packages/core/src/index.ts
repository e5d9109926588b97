// The public names of @signet/core. Whatever is added here must be kept.
export { Agent } from './agent/agent.js'
export { type AgentConfig, type Dynamic } from './agent/agent-config.js'
export {
  type CallApproval,
  type SuspendedCall,
  type SuspendedRun,
  type SuspendedRunPage,
  type SuspendedRunQuery,
} from './agent/list-runs.js'
export { type CancelOptions, type ObserveOptions, type RunReplay } from './agent/observe-run.js'
export { type Instructions, type SystemMessage } from './agent/instructions.js'
export {
  type AgentChunk,
  type FinishPayload,
  type PublicError,
  type StepStartPayload,
} from './answer/chunk.js'
export {
  type ToolCallSuspension,
  type ToolCall,
  type ToolCallChunk,
  type ToolResult,
  type ToolResultChunk,
} from './answer/tool-chunk.js'
export { type MessageInput } from './message/messages.js'
export { mayExecute, type ClientTool, type ClientTools } from './agent/offered-tools.js'
export { type AgentTools } from './tool/tool-set.js'
export {
  type AgentOptions,
  type DeclineOptions,
  type ModelSettings,
  type OnDisconnect,
  type ProviderOptions,
  type ResumeOptions,
  type StructuredOutputOptions,
} from './agent/options.js'
export { totalUsage } from './answer/build-answer.js'
export { usageOfLeg } from './answer/leg-usage.js'
export {
  type AgentOutput,
  type OutputStep,
  type RememberedMessage,
  type Usage,
} from './answer/answer.js'
export {
  type ModelMetadata,
  type StoredMessage,
  type StoredThread,
  type UiMessage,
} from './memory/stored-message.js'
export { type AgentStream, type AnswerListener, type OngoingAnswer } from './answer/stream.js'
export type { NewIdRegister } from './memory/new-id-register.js'
export {
  MAX_AUDIT_CHARACTERS,
  type AuditQuery,
  type AuditRecord,
  type AuditStore,
  type StoredAuditRecord,
} from './audit/audit-store.js'
export { BOUNDS, type Bound, type BoundCode, type BoundName } from './bounds.js'
export {
  AnswerError,
  InputError,
  RegistrationError,
  ToolError,
  type InputIssue,
  type RegistrationErrorCode,
} from './error.js'
export { nextFireAt, type Cadence } from './schedule/cron.js'
export {
  fireSchedule,
  refusedFire,
  type FiredSchedule,
  type FireLimits,
} from './schedule/fire-schedule.js'
export {
  type NewAgentSchedule,
  type NewWorkflowSchedule,
  type ScheduleUpdate,
} from './schedule/schedule-input.js'
export {
  type AgentSchedule,
  type Schedule,
  type Trigger,
  type TriggerRun,
  type WorkflowSchedule,
} from './schedule/schedule-view.js'
export {
  SCHEDULE_TERM_MS,
  Schedules,
  type AskedFire,
  type ScheduleFilter,
  type ScheduleOptions,
  type ScheduleTargets,
  type TriggerFilter,
} from './schedule/schedules.js'
export { createMemorySchedules } from './schedule/memory-schedules.js'
export {
  changeMotion,
  dueAtOf,
  endFire,
  fireByHand,
  INTERRUPTED,
  leftOut,
  moveOn,
  PAUSED,
  restart,
  type AddedTrigger,
  type Motion,
  type MotionStep,
  type Moved,
} from './schedule/motion.js'
export { ScheduleError, type ScheduleErrorCode } from './schedule/schedule-error.js'
export {
  MAX_TRIGGERS,
  type ClaimedFire,
  type DueClaim,
  type DueFires,
  type FireLease,
  type NewSchedule,
  type NextFire,
  type ScheduleCaller,
  type ScheduleChange,
  type ScheduleOverlap,
  type ScheduleQuery,
  type ScheduleRecord,
  type ScheduleSettings,
  type ScheduleStatus,
  type ScheduleStorage,
  type ScheduleTarget,
  type ScheduleTrigger,
  type TriggerEnd,
  type TriggerKind,
  type TriggerOutcome,
  type TriggerQuery,
} from './schedule/schedule-storage.js'
export { maskSecrets } from './fault/secret-mask.js'
export { causeOf, logFailure, toldMessage } from './fault/told-cause.js'
export { zodIssues } from './issue.js'
export {
  areFaultOriginsFollowed,
  faultOrigin,
  followFaultOrigins,
  withOrigin,
  type FaultOrigin,
} from './fault/fault-origin.js'
export { guardLogger, LINES_LOST } from './log/guarded-logger.js'
export { countLostLogLines, lostLogLines } from './log/log-loss.js'
export {
  consoleLogger,
  silentLogger,
  type LogFields,
  type Logger,
  type LogLevel,
} from './log/logger.js'
export { Mastra, type ServerSettings } from './mastra.js'
export {
  type AuditConfig,
  type CorsConfig,
  type LimitsConfig,
  type MastraConfig,
  type RevocationConfig,
  type RunsConfig,
  type ServerConfig,
} from './server/config.js'
export {
  Memory,
  type MemoryConfig,
  type MemoryOptions,
  type MemorySettings,
  type TitleOptions,
  type WorkingMemoryOptions,
} from './memory/memory.js'
export { MAX_MESSAGE_BYTES, MAX_MESSAGE_PARTS, MESSAGE_TOO_LARGE } from './memory/message-size.js'
export { ownId } from './memory/own-id.js'
export { ownerKey, type Owner } from './memory/owner.js'
export { type MemoryRequest } from './memory/session.js'
export { hideProviderState } from './memory/provider-state.js'
export { storageFault, type StorageFault } from './fault/storage-fault.js'
export {
  type CloneOptions,
  type ClonedThread,
  type CompletedCall,
  type CreatedBetween,
  type Exchange,
  type MemoryContent,
  type MemoryMessage,
  type MemoryPart,
  type MemoryRole,
  type MemoryStorage,
  type MemoryThread,
  type MessageFilter,
  type MessagePage,
  type MessagePlace,
  type MessageQuery,
  type MessageRequest,
  type NewMemoryMessage,
  type NewMemoryThread,
  type PageInfo,
  type PageQuery,
  type SavedMessage,
  type SearchHit,
  type SearchQuery,
  type ThreadChange,
  type ThreadPage,
  type ThreadQuery,
  type Turn,
  type WorkingMemoryScope,
} from './memory/storage.js'
export { dropMark, markUnanswered, readUnanswered, UNANSWERED } from './memory/unanswered.js'
export { type Unanswered } from './memory/why-unanswered.js'
export { type ModelConfig, type OpenAICompatibleModel } from './model/model-config.js'
export { toJson } from './tool/to-json.js'
export { isThreadId } from './message/thread-id.js'
export { ModelError, type ModelErrorCode } from './fault/model-error.js'
export {
  traceAnswers,
  type AnswerSpan,
  type AnswerTracing,
  type SpanAttributes,
  type SpanOperation,
} from './model/telemetry.js'
export {
  createRehearsalModel,
  type RehearsalModelOptions,
} from './rehearsal/create-rehearsal-model.js'
export { mayBeMissing, Refusals, type UnsupportedPolicy } from './option/refusals.js'
export { RequestContext, type RequestIdentity, type RunCredential } from './request-context.js'
export { argumentsDigest } from './run/arguments-digest.js'
export { decideAsOther, listInbox, type InboxQuery, type OtherDecision } from './run/approve.js'
export { type JudgeCaller, type JudgedCaller } from './run/caller.js'
export { expiredFailure } from './run/expired-run.js'
export { createMemoryRuns } from './run/memory-runs.js'
export { RunError, type RunErrorCode } from './run/run-error.js'
export {
  MAX_RUN_EVENT_CHARACTERS,
  MAX_RUN_EVENTS,
  RUN_EVENTS_KEPT_MS,
  type ApprovalPage,
  type ApprovalQuery,
  type ApprovalState,
  type ClaimedRun,
  type ClaimRefusal,
  type LeaseState,
  type NewRun,
  type NewRunApproval,
  type NewRunEvents,
  type OpenRunStatus,
  type RunApproval,
  type RunBeginning,
  type RunChange,
  type RunClaim,
  type RunCount,
  type RunDecision,
  type RunEnd,
  type RunEvents,
  type RunEventsState,
  type RunFailure,
  type RunJson,
  type RunKind,
  type RunLease,
  type RunPage,
  type RunPerson,
  type RunQuery,
  type RunRecord,
  type RunStatus,
  type RunStorage,
  type Suspension,
} from './run/run-storage.js'
export {
  type ApiRoute,
  type ApiRouteEnv,
  type ApiRouteHandler,
  type ApiRouteMethod,
  type ApiRouteOptions,
  type ApiRouteVariables,
  type PlainApiRoute,
} from './server/api-route.js'
export {
  createTool,
  type JsonSchema,
  type Tool,
  type ToolConfig,
  type ToolContext,
} from './tool/create-tool.js'
export { type ToolApproval } from './tool/tool-approval.js'
export {
  type ApprovalConfig,
  type ApprovalRule,
  type SuspensionConfig,
} from './tool/tool-config.js'
export { type ToolSuspension } from './tool/tool-suspension.js'
export { createToolContext } from './tool/tool-context.js'
export { graphNodes, outlineSteps, type GraphNode, type StepOutline } from './workflow/outline.js'
export { type StepPayload, type WorkflowChunk } from './workflow/chunk.js'
export { toFailure } from './workflow/failure.js'
export { WORKFLOW_LIMITS } from './workflow/limits.js'
export { type Run } from './workflow/run.js'
export { type WorkflowResult } from './workflow/run-result.js'
export { type WorkflowStream } from './workflow/run-stream.js'
export {
  type StepRecord,
  type StoredFailure,
  type WorkflowSnapshot,
  type WorkflowStatus,
} from './workflow/snapshot.js'
export { WorkflowError, type WorkflowErrorCode } from './workflow/workflow-error.js'
export {
  type RunAttendant,
  type RunnableWorkflow,
  type WorkflowRunCounts,
  type WorkflowRunPage,
  type WorkflowRunQuery,
  type WorkflowRuns,
} from './workflow/workflow-runs.js'
export { type AnyWorkflow } from './workflow/workflow.js'
