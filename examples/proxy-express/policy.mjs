import { createPolicyTable } from '@signet/proxy'

// One line for each route of the agent server: who may call it, and whose data it is about. A route without a line,
// such as /debug, needs routes:execute:/debug.
export const policy = createPolicyTable([
  {
    prefix: '',
    lines: [
      {
        method: 'POST',
        path: '/assistants/:assistantId/ask',
        access: 'agents:execute:{assistantId}',
        owner: { sets: ['body:owner'] },
        body: { members: [{ at: '', allowed: ['question', 'owner'] }] },
      },
      {
        method: 'GET',
        path: '/notes',
        access: 'memory:read',
        owner: { sets: ['query:owner'] },
        answer: { lists: [{ at: 'notes', owner: 'owner' }] },
      },
    ],
  },
])
