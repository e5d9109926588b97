/** A part of Mastra that this server does not have, and the routes by which clients reach it there. */
export interface MissingFeature {
  /** As it stands in a sentence: `Signet does not have vector stores.` Clients may compare it. */
  readonly name: string
  /** What to do today. Default: leave the call out. */
  readonly remedy?: string | undefined
  /** From paths below the prefix to their methods, with blanks between them; `ALL` is every method. */
  readonly routes: Readonly<Record<string, string>>
}

/**
 * Every route of Mastra that this server does not have: those of the public contract in
 * `@mastra/client-js` 1.47.0, and the two of browsers that its server adds. `npm run interop` holds the
 * list against that contract.
 */
export const MISSING_FEATURES: readonly MissingFeature[] = [
  {
    name: 'A2A',
    routes: {
      '/.well-known/:agentId/agent-card.json': 'GET',
      '/a2a/:agentId': 'POST',
    },
  },
  {
    name: 'agent builders',
    routes: {
      '/agent-builder': 'GET',
      '/agent-builder/:actionId': 'GET',
      '/agent-builder/:actionId/create-run': 'POST',
      '/agent-builder/:actionId/observe': 'POST',
      '/agent-builder/:actionId/observe-stream-legacy': 'POST',
      '/agent-builder/:actionId/resume': 'POST',
      '/agent-builder/:actionId/resume-async': 'POST',
      '/agent-builder/:actionId/resume-no-wait': 'POST',
      '/agent-builder/:actionId/resume-stream': 'POST',
      '/agent-builder/:actionId/runs': 'GET',
      '/agent-builder/:actionId/runs/:runId': 'GET',
      '/agent-builder/:actionId/runs/:runId/cancel': 'POST',
      '/agent-builder/:actionId/start': 'POST',
      '/agent-builder/:actionId/start-async': 'POST',
      '/agent-builder/:actionId/stream': 'POST',
      '/agent-builder/:actionId/stream-legacy': 'POST',
    },
  },
  {
    name: 'agent cloning',
    routes: {
      '/agents/:agentId/clone': 'POST',
    },
  },
  {
    name: 'agent controllers',
    routes: {
      '/agent-controller': 'GET',
      '/agent-controller/:controllerId/active-runs': 'GET',
      '/agent-controller/:controllerId/models': 'GET',
      '/agent-controller/:controllerId/modes': 'GET',
      '/agent-controller/:controllerId/sessions': 'POST',
      '/agent-controller/:controllerId/sessions/:resourceId': 'GET',
      '/agent-controller/:controllerId/sessions/:resourceId/abort': 'POST',
      '/agent-controller/:controllerId/sessions/:resourceId/follow-up': 'POST',
      '/agent-controller/:controllerId/sessions/:resourceId/goal': 'GET POST PUT DELETE',
      '/agent-controller/:controllerId/sessions/:resourceId/messages': 'POST',
      '/agent-controller/:controllerId/sessions/:resourceId/mode': 'POST',
      '/agent-controller/:controllerId/sessions/:resourceId/model': 'POST',
      '/agent-controller/:controllerId/sessions/:resourceId/notifications': 'POST',
      '/agent-controller/:controllerId/sessions/:resourceId/om': 'GET',
      '/agent-controller/:controllerId/sessions/:resourceId/permissions': 'GET',
      '/agent-controller/:controllerId/sessions/:resourceId/permissions/category': 'PUT',
      '/agent-controller/:controllerId/sessions/:resourceId/permissions/tool': 'PUT',
      '/agent-controller/:controllerId/sessions/:resourceId/resource': 'POST',
      '/agent-controller/:controllerId/sessions/:resourceId/resources': 'GET',
      '/agent-controller/:controllerId/sessions/:resourceId/state': 'PUT',
      '/agent-controller/:controllerId/sessions/:resourceId/steer': 'POST',
      '/agent-controller/:controllerId/sessions/:resourceId/stream': 'GET',
      '/agent-controller/:controllerId/sessions/:resourceId/thread': 'POST',
      '/agent-controller/:controllerId/sessions/:resourceId/threads': 'GET POST',
      '/agent-controller/:controllerId/sessions/:resourceId/threads/:threadId': 'PUT DELETE',
      '/agent-controller/:controllerId/sessions/:resourceId/threads/:threadId/messages': 'GET',
      '/agent-controller/:controllerId/sessions/:resourceId/threads/clone': 'POST',
      '/agent-controller/:controllerId/sessions/:resourceId/tool-approval': 'POST',
      '/agent-controller/:controllerId/sessions/:resourceId/tool-suspension': 'POST',
      '/agent-controller/:controllerId/workspace': 'GET',
    },
  },
  {
    name: 'agent networks',
    routes: {
      '/agents/:agentId/approve-network-tool-call': 'POST',
      '/agents/:agentId/decline-network-tool-call': 'POST',
      '/agents/:agentId/network': 'POST',
    },
  },
  {
    name: 'agent plans',
    routes: {
      '/agents/:agentId/plans/file': 'GET',
    },
  },
  {
    name: 'agent signals',
    remedy: 'Call /agents/:agentId/stream.',
    routes: {
      '/agents/:agentId/queue-message': 'POST',
      '/agents/:agentId/send-message': 'POST',
      '/agents/:agentId/signals': 'POST',
      '/agents/:agentId/threads/abort': 'POST',
      '/agents/:agentId/threads/subscribe': 'POST',
    },
  },
  {
    name: 'background tasks',
    routes: {
      '/agents/:agentId/resume-stream-until-idle': 'POST',
      '/agents/:agentId/stream-until-idle': 'POST',
      '/background-tasks': 'GET',
      '/background-tasks/:backgroundTaskId': 'GET',
      '/background-tasks/stream': 'GET',
    },
  },
  {
    name: 'browsers',
    routes: {
      '/agents/:agentId/browser/close': 'POST',
      '/agents/:agentId/browser/session': 'GET',
    },
  },
  {
    name: 'channels',
    routes: {
      '/channels/:platform/:agentId/disconnect': 'POST',
      '/channels/:platform/connect': 'POST',
      '/channels/:platform/installations': 'GET',
    },
  },
  {
    name: 'conversations',
    routes: {
      '/v1/conversations': 'POST',
      '/v1/conversations/:conversationId': 'GET DELETE',
      '/v1/conversations/:conversationId/items': 'GET',
    },
  },
  {
    name: 'datasets',
    routes: {
      '/datasets': 'GET POST',
      '/datasets/:datasetId': 'GET PATCH DELETE',
      '/datasets/:datasetId/compare': 'POST',
      '/datasets/:datasetId/experiments': 'GET POST',
      '/datasets/:datasetId/experiments/:experimentId': 'GET PATCH DELETE',
      '/datasets/:datasetId/experiments/:experimentId/finalize': 'POST',
      '/datasets/:datasetId/experiments/:experimentId/items/:itemId/run': 'POST',
      '/datasets/:datasetId/experiments/:experimentId/results': 'GET POST',
      '/datasets/:datasetId/experiments/:experimentId/results/:resultId': 'PATCH',
      '/datasets/:datasetId/generate-items': 'POST',
      '/datasets/:datasetId/items': 'GET POST',
      '/datasets/:datasetId/items/:itemId': 'GET PATCH DELETE',
      '/datasets/:datasetId/items/:itemId/history': 'GET',
      '/datasets/:datasetId/items/:itemId/purge': 'DELETE',
      '/datasets/:datasetId/items/:itemId/versions/:datasetVersion': 'GET',
      '/datasets/:datasetId/items/batch': 'POST DELETE',
      '/datasets/:datasetId/versions': 'GET',
      '/datasets/cluster-failures': 'POST',
    },
  },
  {
    name: 'editor services',
    routes: {
      '/editor/builder/infrastructure': 'GET',
      '/editor/builder/registries': 'GET',
      '/editor/builder/registries/:registryId/install': 'POST',
      '/editor/builder/registries/:registryId/popular': 'GET',
      '/editor/builder/registries/:registryId/preview': 'GET',
      '/editor/builder/registries/:registryId/search': 'GET',
      '/editor/workflow-builder/settings': 'GET',
      '/editor/workflow-builder/stream': 'POST',
    },
  },
  {
    name: 'embedders',
    routes: {
      '/embedders': 'GET',
    },
  },
  {
    name: 'experiments',
    routes: {
      '/experiments': 'GET',
      '/experiments/:experimentId': 'DELETE',
    },
  },
  {
    name: 'feedback',
    routes: {
      '/observability/feedback': 'POST DELETE',
      '/observability/feedback/:feedbackId/review-status': 'PATCH',
      '/observability/feedback/aggregate': 'POST',
      '/observability/feedback/breakdown': 'POST',
      '/observability/feedback/percentiles': 'POST',
      '/observability/feedback/timeseries': 'POST',
    },
  },
  {
    name: 'instruction enhancement',
    routes: {
      '/agents/:agentId/instructions/enhance': 'POST',
    },
  },
  {
    name: 'legacy answer routes',
    remedy: 'Call /agents/:agentId/generate or /agents/:agentId/stream.',
    routes: {
      '/agents/:agentId/generate-legacy': 'POST',
      '/agents/:agentId/generate/vnext': 'POST',
      '/agents/:agentId/stream-legacy': 'POST',
      '/agents/:agentId/stream/ui': 'POST',
      '/agents/:agentId/stream/vnext': 'POST',
      '/agents/:agentId/stream/vnext/ui': 'POST',
      '/agents/:agentId/streamVNext': 'POST',
    },
  },
  {
    name: 'MCP servers',
    routes: {
      '/mcp/:serverId/mcp': 'ALL',
      '/mcp/:serverId/messages': 'POST',
      '/mcp/:serverId/resources': 'GET',
      '/mcp/:serverId/resources/read': 'POST',
      '/mcp/:serverId/sse': 'ALL',
      '/mcp/:serverId/tools': 'GET',
      '/mcp/:serverId/tools/:toolId': 'GET',
      '/mcp/:serverId/tools/:toolId/execute': 'POST',
      '/mcp/v0/servers/:id': 'GET',
    },
  },
  {
    name: 'memory of agent networks',
    remedy: 'Call the same route without /network.',
    routes: {
      '/memory/network/messages/delete': 'POST',
      '/memory/network/save-messages': 'POST',
      '/memory/network/status': 'GET',
      '/memory/network/threads': 'GET POST',
      '/memory/network/threads/:threadId': 'GET PATCH DELETE',
      '/memory/network/threads/:threadId/messages': 'GET',
    },
  },
  {
    name: 'model provider lists',
    routes: {
      '/agents/providers': 'GET',
    },
  },
  {
    name: 'model switching',
    routes: {
      '/agents/:agentId/model': 'POST',
      '/agents/:agentId/model/reset': 'POST',
      '/agents/:agentId/models/:modelConfigId': 'POST',
      '/agents/:agentId/models/reorder': 'POST',
    },
  },
  {
    name: 'observability storage',
    routes: {
      '/observability/branches': 'GET',
      '/observability/discovery/entity-names': 'GET',
      '/observability/discovery/entity-types': 'GET',
      '/observability/discovery/environments': 'GET',
      '/observability/discovery/metric-label-keys': 'GET',
      '/observability/discovery/metric-label-values': 'GET',
      '/observability/discovery/metric-names': 'GET',
      '/observability/discovery/service-names': 'GET',
      '/observability/discovery/tags': 'GET',
      '/observability/logs': 'GET',
      '/observability/metrics': 'GET',
      '/observability/metrics/aggregate': 'POST',
      '/observability/metrics/breakdown': 'POST',
      '/observability/metrics/percentiles': 'POST',
      '/observability/metrics/timeseries': 'POST',
      '/observability/scores': 'GET POST DELETE',
      '/observability/scores/:scoreId': 'GET',
      '/observability/scores/aggregate': 'POST',
      '/observability/scores/breakdown': 'POST',
      '/observability/scores/percentiles': 'POST',
      '/observability/scores/timeseries': 'POST',
      '/observability/threads/query': 'POST',
      '/observability/traces': 'GET',
      '/observability/traces/:traceId': 'GET',
      '/observability/traces/:traceId/:spanId/scores': 'GET',
      '/observability/traces/:traceId/branches/:spanId': 'GET',
      '/observability/traces/:traceId/light': 'GET',
      '/observability/traces/:traceId/spans/:spanId': 'GET',
      '/observability/traces/:traceId/trajectory': 'GET',
      '/observability/traces/delete': 'POST',
      '/observability/traces/light': 'GET',
      '/observability/traces/query': 'POST',
      '/observability/traces/query/fields': 'POST',
      '/observability/traces/query/values': 'POST',
      '/observability/traces/score': 'POST',
    },
  },
  {
    name: 'OpenAI-compatible responses',
    routes: {
      '/v1/responses': 'POST',
      '/v1/responses/:responseId': 'GET DELETE',
    },
  },
  {
    name: 'password sign-in',
    remedy: 'Sign in with the issuer of your tokens, and send its access token.',
    routes: {
      '/auth/credentials/sign-in': 'POST',
      '/auth/credentials/sign-up': 'POST',
    },
  },
  {
    name: 'permission listings',
    routes: {
      '/auth/permission-patterns': 'GET',
      '/auth/roles/:roleId/permissions': 'GET',
    },
  },
  {
    name: 'processor providers',
    routes: {
      '/processor-providers': 'GET',
      '/processor-providers/:providerId': 'GET',
    },
  },
  {
    name: 'processors',
    routes: {
      '/processors/:processorId': 'GET',
      '/processors/:processorId/execute': 'POST',
    },
  },
  {
    name: 'answers that are run again after a crash',
    remedy: 'Call /agents/:agentId/observe for what is stored.',
    routes: {
      '/agents/:agentId/recover': 'POST',
    },
  },
  {
    name: 'schema listings',
    remedy: 'Read /openapi.json below the same prefix.',
    routes: {
      '/system/api-schema': 'GET',
    },
  },
  {
    name: 'scorers',
    routes: {
      '/scores': 'POST',
      '/scores/entity/:entityType/:entityId': 'GET',
      '/scores/run/:runId': 'GET',
      '/scores/scorer/:scorerId': 'GET',
      '/scores/scorers/:scorerId': 'GET',
    },
  },
  {
    name: 'sessions',
    remedy: 'Get a new token from its issuer.',
    routes: {
      '/auth/refresh': 'POST',
    },
  },
  {
    name: 'single sign-on',
    remedy: 'Sign in with the issuer of your tokens, and send its access token.',
    routes: {
      '/auth/sso/callback': 'GET',
      '/auth/sso/login': 'GET',
    },
  },
  {
    name: 'skills',
    routes: {
      '/agents/:agentId/skills/:skillName': 'GET',
    },
  },
  {
    name: 'stored agents',
    routes: {
      '/stored/agents': 'GET POST',
      '/stored/agents/:agentId/versions': 'GET POST',
      '/stored/agents/:agentId/versions/:versionId': 'GET DELETE',
      '/stored/agents/:agentId/versions/:versionId/activate': 'POST',
      '/stored/agents/:agentId/versions/:versionId/restore': 'POST',
      '/stored/agents/:agentId/versions/compare': 'GET',
      '/stored/agents/:storedAgentId': 'GET PATCH DELETE',
      '/stored/agents/:storedAgentId/change-request': 'POST',
      '/stored/agents/:storedAgentId/dependents': 'GET',
      '/stored/agents/:storedAgentId/export': 'POST',
      '/stored/agents/:storedAgentId/favorite': 'PUT DELETE',
      '/stored/agents/preview-instructions': 'POST',
    },
  },
  {
    name: 'stored logs',
    routes: {
      '/logs': 'GET',
      '/logs/:runId': 'GET',
    },
  },
  {
    name: 'stored MCP clients',
    routes: {
      '/stored/mcp-clients': 'GET POST',
      '/stored/mcp-clients/:mcpClientId/versions': 'GET POST',
      '/stored/mcp-clients/:mcpClientId/versions/:versionId': 'GET DELETE',
      '/stored/mcp-clients/:mcpClientId/versions/:versionId/activate': 'POST',
      '/stored/mcp-clients/:mcpClientId/versions/:versionId/restore': 'POST',
      '/stored/mcp-clients/:mcpClientId/versions/compare': 'GET',
      '/stored/mcp-clients/:storedMCPClientId': 'GET PATCH DELETE',
    },
  },
  {
    name: 'stored prompt blocks',
    routes: {
      '/stored/prompt-blocks': 'GET POST',
      '/stored/prompt-blocks/:promptBlockId/versions': 'GET POST',
      '/stored/prompt-blocks/:promptBlockId/versions/:versionId': 'GET DELETE',
      '/stored/prompt-blocks/:promptBlockId/versions/:versionId/activate': 'POST',
      '/stored/prompt-blocks/:promptBlockId/versions/:versionId/restore': 'POST',
      '/stored/prompt-blocks/:promptBlockId/versions/compare': 'GET',
      '/stored/prompt-blocks/:storedPromptBlockId': 'GET PATCH DELETE',
    },
  },
  {
    name: 'stored scorers',
    routes: {
      '/stored/scorers': 'GET POST',
      '/stored/scorers/:scorerId/versions': 'GET POST',
      '/stored/scorers/:scorerId/versions/:versionId': 'GET DELETE',
      '/stored/scorers/:scorerId/versions/:versionId/activate': 'POST',
      '/stored/scorers/:scorerId/versions/:versionId/restore': 'POST',
      '/stored/scorers/:scorerId/versions/compare': 'GET',
      '/stored/scorers/:storedScorerId': 'GET PATCH DELETE',
    },
  },
  {
    name: 'stored skills',
    routes: {
      '/stored/skills': 'GET POST',
      '/stored/skills/:storedSkillId': 'GET PATCH DELETE',
      '/stored/skills/:storedSkillId/favorite': 'PUT DELETE',
      '/stored/skills/:storedSkillId/publish': 'POST',
    },
  },
  {
    name: 'stored workflows',
    routes: {
      '/stored/workflows': 'GET POST',
      '/stored/workflows/:dynamicWorkflowId': 'GET DELETE',
    },
  },
  {
    name: 'stored workspaces',
    routes: {
      '/stored/workspaces': 'GET POST',
      '/stored/workspaces/:storedWorkspaceId': 'GET PATCH DELETE',
    },
  },
  {
    name: 'thread transfers',
    routes: {
      '/memory/threads/:threadId/transfer': 'POST',
    },
  },
  {
    name: 'tool approvals by thread',
    remedy: 'Call /agents/:agentId/approve-tool-call or /agents/:agentId/decline-tool-call.',
    routes: {
      '/agents/:agentId/send-tool-approval': 'POST',
    },
  },
  {
    name: 'tool providers',
    routes: {
      '/tool-providers': 'GET',
      '/tool-providers/:providerId/auth-status/:authId': 'GET',
      '/tool-providers/:providerId/authorize': 'POST',
      '/tool-providers/:providerId/connection-fields': 'GET',
      '/tool-providers/:providerId/connection-status': 'POST',
      '/tool-providers/:providerId/connections': 'GET',
      '/tool-providers/:providerId/connections/:connectionId': 'PATCH DELETE',
      '/tool-providers/:providerId/connections/:connectionId/usage': 'GET',
      '/tool-providers/:providerId/health': 'GET',
      '/tool-providers/:providerId/toolkits': 'GET',
      '/tool-providers/:providerId/tools': 'GET',
      '/tool-providers/:providerId/tools/:toolSlug/schema': 'GET',
    },
  },
  {
    name: 'vector stores',
    routes: {
      '/vector/:vectorName/create-index': 'POST',
      '/vector/:vectorName/indexes': 'GET',
      '/vector/:vectorName/indexes/:indexName': 'GET DELETE',
      '/vector/:vectorName/query': 'POST',
      '/vector/:vectorName/upsert': 'POST',
      '/vectors': 'GET',
    },
  },
  {
    name: 'voice',
    routes: {
      '/agents/:agentId/listen': 'POST',
      '/agents/:agentId/speak': 'POST',
      '/agents/:agentId/speakers': 'GET',
      '/agents/:agentId/voice/listen': 'POST',
      '/agents/:agentId/voice/listener': 'GET',
      '/agents/:agentId/voice/speak': 'POST',
      '/agents/:agentId/voice/speakers': 'GET',
    },
  },
  {
    name: 'legacy streams of workflows',
    remedy: 'Call /workflows/:workflowId/stream.',
    routes: {
      '/workflows/:workflowId/observe-stream-legacy': 'POST',
      '/workflows/:workflowId/stream-legacy': 'POST',
    },
  },
  {
    name: 'restarts of runs by request',
    remedy: 'Leave it out: a run whose process ended goes on by itself where runs are stored.',
    routes: {
      '/workflows/:workflowId/restart': 'POST',
      '/workflows/:workflowId/restart-all-active-workflow-runs': 'POST',
      '/workflows/:workflowId/restart-all-active-workflow-runs-async': 'POST',
      '/workflows/:workflowId/restart-async': 'POST',
    },
  },
  {
    name: 'time travel of workflows',
    remedy: 'Start a new run: results that no step has given are not taken from a request.',
    routes: {
      '/workflows/:workflowId/time-travel': 'POST',
      '/workflows/:workflowId/time-travel-async': 'POST',
      '/workflows/:workflowId/time-travel-stream': 'POST',
    },
  },
  {
    name: 'workers of workflows',
    remedy: 'Leave it out: the server runs the steps by itself.',
    routes: {
      '/workflows/:workflowId/runs/:runId/steps/execute': 'POST',
      '/workflows/events': 'POST',
    },
  },
  {
    name: 'workspaces',
    routes: {
      '/workspaces/:workspaceId': 'GET',
      '/workspaces/:workspaceId/fs/delete': 'DELETE',
      '/workspaces/:workspaceId/fs/list': 'GET',
      '/workspaces/:workspaceId/fs/mkdir': 'POST',
      '/workspaces/:workspaceId/fs/read': 'GET',
      '/workspaces/:workspaceId/fs/stat': 'GET',
      '/workspaces/:workspaceId/fs/write': 'POST',
      '/workspaces/:workspaceId/index': 'POST',
      '/workspaces/:workspaceId/search': 'GET',
      '/workspaces/:workspaceId/skills': 'GET',
      '/workspaces/:workspaceId/skills-sh/install': 'POST',
      '/workspaces/:workspaceId/skills-sh/popular': 'GET',
      '/workspaces/:workspaceId/skills-sh/preview': 'GET',
      '/workspaces/:workspaceId/skills-sh/remove': 'POST',
      '/workspaces/:workspaceId/skills-sh/search': 'GET',
      '/workspaces/:workspaceId/skills-sh/update': 'POST',
      '/workspaces/:workspaceId/skills/:skillName': 'GET',
      '/workspaces/:workspaceId/skills/:skillName/references': 'GET',
      '/workspaces/:workspaceId/skills/:skillName/references/:referencePath': 'GET',
      '/workspaces/:workspaceId/skills/search': 'GET',
    },
  },
]
