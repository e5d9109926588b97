import { agentConfig } from '@mastra/core/agent'

export default agentConfig({ model: 'signet/rehearsal', description: 'Welcomes visitors' })
