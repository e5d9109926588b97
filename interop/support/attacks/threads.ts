import type { ChatAnswer } from '../model-server.js'
import type { Attack, Door, Talk, Told } from './door.js'

type Try = (door: Door, talk: Talk) => Promise<Told>

/** Reads what Alice said. */
function reads(name: string, isBare: boolean, attempt: Try, agent?: string): Attack {
  return {
    name,
    isBare,
    async run(door) {
      const talk = await door.sharedTalk(agent)
      return (await attempt(door, talk)).text.includes(talk.secret)
    },
  }
}

/** Has a model be told what Alice said. */
function recalls(name: string, isBare: boolean, attempt: Try): Attack {
  return {
    name,
    isBare,
    async run(door) {
      const talk = await door.talk()
      door.model.answerWith(NOTED)
      const { text } = await attempt(door, talk)
      return (text + JSON.stringify(door.model.requests)).includes(talk.secret)
    },
  }
}

/** Changes something of Alice: her thread, its messages, or which threads she has. */
function changes(name: string, isBare: boolean, attempt: Try): Attack {
  return {
    name,
    isBare,
    async run(door) {
      const talk = await door.talk()
      const seen = async () => {
        const [thread, messages, list] = await Promise.all([
          door.ask('alice', `GET /api/memory/threads/${talk.thread}?agentId=assistant`),
          door.ask('alice', `GET /api/memory/threads/${talk.thread}/messages?agentId=assistant`),
          door.ask('alice', 'GET /api/memory/threads?agentId=assistant&resourceId=alice&perPage=1'),
        ])
        return [thread.status, thread.text, messages.status, messages.text, list.at('total')].join(
          '\n',
        )
      }
      const before = await seen()
      await attempt(door, talk)
      return (await seen()) !== before
    },
  }
}

/** A thread of Bob, with an answer. */
async function ownThread(door: Door): Promise<string> {
  const thread = door.fresh('own')
  await door.ask('bob', 'POST /api/agents/assistant/generate', {
    messages: 'x',
    memory: { thread, resource: 'bob' },
  })
  return thread
}

const get =
  (path: (talk: Talk, door: Door) => string): Try =>
  (door, talk) =>
    door.ask('bob', `GET ${path(talk, door)}`)
const asked =
  (body: (talk: Talk, door: Door) => unknown, name = 'generate'): Try =>
  (door, talk) =>
    door.ask('bob', `POST /api/agents/assistant/${name}`, body(talk, door))
const list =
  (query: string, base = '/api/memory'): Try =>
  async (door, talk) => {
    const told = await door.ask('bob', `GET ${base}/threads?agentId=assistant&perPage=1000${query}`)
    // What a list tells of a thread is its id.
    return { ...told, text: told.text.includes(`"${talk.thread}"`) ? talk.secret : '' }
  }
const json = (value: unknown) => encodeURIComponent(JSON.stringify(value))

const words = (value: object): ChatAnswer => ({ kind: 'text', pieces: [JSON.stringify(value)] })
const NOTED: ChatAnswer = { kind: 'text', pieces: ['Noted.'] }
/** How the router of a network picks the agent `keeper`, and ends. */
const KEEPER = words({
  primitiveId: 'keeper',
  primitiveType: 'agent',
  prompt: 'go',
  selectionReason: 'x',
})
const DONE = words({ isComplete: true, completionReason: 'x', finalResult: 'done' })

const HELLO = { messages: 'What?' }
const MESSAGE = {
  role: 'user',
  type: 'text',
  content: { format: 2, parts: [{ type: 'text', text: 'moved' }] },
}

/** Threads of others: part (d), numbers 1, 2 and 22. */
export const THREADS: readonly Attack[] = [
  // Lists.
  reads('lists the threads of all', true, list('')),
  reads('lists the threads of another by resourceId', true, list('&resourceId=alice')),
  reads(
    'lists by resourceId twice, the own one first',
    false,
    list('&resourceId=bob&resourceId=alice'),
  ),
  reads(
    'lists by resourceId twice, the own one last',
    false,
    list('&resourceId=alice&resourceId=bob'),
  ),
  reads('lists by a resourceId in brackets', true, list('&resourceId[]=alice')),
  reads('lists by a resourceId with an index', false, list('&resourceId[0]=alice')),
  reads('lists by a resourceId that is encoded', true, list('&%72esourceId=alice')),
  reads('lists by RESOURCEID', true, list('&RESOURCEID=alice')),
  reads('lists by an empty resourceId', true, list('&resourceId=')),
  reads('lists by metadata alone', true, list(`&metadata=${json({})}`)),
  reads('lists by the route of networks', true, list('&resourceId=alice', '/api/memory/network')),
  reads('lists without an agent', true, async (door, talk) => {
    const { text, ...told } = await door.ask(
      'bob',
      'GET /api/memory/threads?resourceId=alice&perPage=1000',
    )
    return { ...told, text: text.includes(`"${talk.thread}"`) ? talk.secret : '' }
  }),
  reads('lists by the owner key of another', true, async (door, talk) => {
    const attempt = list(`&resourceId=${door.ownerOf('alice')}`)
    return await attempt(door, talk)
  }),
  reads(
    'lists with a requestContext that names another',
    true,
    list(`&requestContext=${json({ mastra__resourceId: 'alice', resourceId: 'alice' })}`),
  ),

  // Reads.
  reads('reads a thread', true, async (door, talk) => {
    const told = await door.ask('bob', `GET /api/memory/threads/${talk.thread}?agentId=assistant`)
    return { ...told, text: told.status === 200 ? talk.secret : '' }
  }),
  reads(
    'reads messages',
    true,
    get(({ thread }) => `/api/memory/threads/${thread}/messages?agentId=assistant`),
  ),
  reads(
    'reads messages with the resourceId of another',
    true,
    get(
      ({ thread }) => `/api/memory/threads/${thread}/messages?agentId=assistant&resourceId=alice`,
    ),
  ),
  reads(
    'reads messages without an agent',
    true,
    get(({ thread }) => `/api/memory/threads/${thread}/messages`),
  ),
  reads(
    'reads messages by another agent',
    true,
    get(({ thread }) => `/api/memory/threads/${thread}/messages?agentId=keeper`),
  ),
  reads(
    'reads messages by an agent twice',
    false,
    get(({ thread }) => `/api/memory/threads/${thread}/messages?agentId=assistant&agentId=keeper`),
  ),
  reads(
    'reads messages by the route of networks',
    true,
    get(({ thread }) => `/api/memory/network/threads/${thread}/messages?agentId=assistant`),
  ),
  reads(
    'reads messages by an id that is encoded',
    true,
    get(
      ({ thread }) =>
        `/api/memory/threads/${thread.replace('t', '%74')}/messages?agentId=assistant`,
    ),
  ),
  reads(
    'reads messages by an id that is encoded twice',
    false,
    get(
      ({ thread }) =>
        `/api/memory/threads/${thread.replace('t', '%2574')}/messages?agentId=assistant`,
    ),
  ),
  reads('reads messages by the length of the answer to HEAD', true, async (door, talk) => {
    const told = await door.ask(
      'bob',
      `HEAD /api/memory/threads/${talk.thread}/messages?agentId=assistant`,
    )
    return { ...told, text: told.status === 200 ? talk.secret : '' }
  }),
  reads(
    'includes messages of another beside the own ones',
    false,
    async (door, { thread, messageId }) => {
      const include = json([
        { id: messageId, threadId: thread, withPreviousMessages: 5, withNextMessages: 5 },
      ])
      return await door.ask(
        'bob',
        `GET /api/memory/threads/${await ownThread(door)}/messages?agentId=assistant&include=${include}`,
      )
    },
  ),
  reads(
    'includes messages of another by their id alone',
    false,
    async (door, { messageId }) =>
      await door.ask(
        'bob',
        `GET /api/memory/threads/${await ownThread(door)}/messages?agentId=assistant&include=${json([{ id: messageId }])}`,
      ),
  ),
  reads(
    'searches the memory of another',
    true,
    get(() => '/api/memory/search?agentId=assistant&searchQuery=fruit&resourceId=alice&limit=1000'),
  ),
  reads(
    'searches the memory of another in a thread',
    true,
    get(
      ({ thread }) =>
        `/api/memory/search?agentId=assistant&searchQuery=fruit&resourceId=alice&threadId=${thread}`,
    ),
  ),
  reads(
    'searches with the own resourceId in a thread of another',
    false,
    get(
      ({ thread }) =>
        `/api/memory/search?agentId=assistant&searchQuery=fruit&resourceId=bob&threadId=${thread}`,
    ),
  ),
  reads('reads a thread as a conversation', true, async (door, talk) => {
    const told = await door.ask('bob', `GET /api/v1/conversations/${talk.thread}`)
    return { ...told, text: told.status === 200 ? talk.secret : '' }
  }),
  reads(
    'reads the items of a thread as a conversation',
    true,
    get(({ thread }) => `/api/v1/conversations/${thread}/items`),
  ),
  reads('reads messages by a clone', true, (door, { thread }) =>
    door.ask('bob', `POST /api/memory/threads/${thread}/clone?agentId=assistant`, {}),
  ),
  reads('clones a thread for oneself', false, (door, { thread }) =>
    door.ask('bob', `POST /api/memory/threads/${thread}/clone?agentId=assistant`, {
      resourceId: door.ownerOf('bob'),
    }),
  ),
  reads(
    'clones chosen messages of another',
    true,
    async (door, { thread, messageId }) =>
      await door.ask('bob', `POST /api/memory/threads/${thread}/clone?agentId=assistant`, {
        options: { messageFilter: { messageIds: [messageId] } },
      }),
  ),

  // Has a model tell.
  recalls(
    'asks an agent in the thread of another',
    true,
    asked(({ thread }) => ({ ...HELLO, memory: { thread, resource: 'alice' } })),
  ),
  recalls(
    'asks in a thread of another as oneself',
    false,
    asked(({ thread }) => ({ ...HELLO, memory: { thread, resource: 'bob' } })),
  ),
  recalls(
    'names the thread as an object',
    true,
    asked(({ thread }) => ({ ...HELLO, memory: { thread: { id: thread }, resource: 'alice' } })),
  ),
  recalls(
    'names the thread as an object with an owner',
    true,
    asked(({ thread }) => ({
      ...HELLO,
      memory: { thread: { id: thread, resourceId: 'alice', metadata: {} }, resource: 'alice' },
    })),
  ),
  recalls(
    'names the owner as a list',
    false,
    asked(({ thread }) => ({ ...HELLO, memory: { thread, resource: ['alice'] } })),
  ),
  recalls(
    'names the owner as an object',
    false,
    asked(({ thread }) => ({ ...HELLO, memory: { thread, resource: { id: 'alice' } } })),
  ),
  recalls(
    'names the thread as a list',
    false,
    asked(({ thread }) => ({ ...HELLO, memory: { thread: [thread], resource: 'alice' } })),
  ),
  recalls(
    'names two threads that differ',
    true,
    async (door, { thread }) =>
      await door.ask('bob', 'POST /api/agents/assistant/generate', {
        ...HELLO,
        threadId: await ownThread(door),
        resourceId: 'bob',
        memory: { thread, resource: 'alice' },
      }),
  ),
  recalls(
    'names the thread by the old names',
    false,
    asked(({ thread }) => ({ ...HELLO, threadId: thread, resourceId: 'alice' })),
  ),
  recalls(
    'names the memory twice in one body',
    true,
    asked(
      ({ thread }) =>
        `{"messages":"What?","memory":{"thread":"none","resource":"bob"},"memory":{"thread":"${thread}","resource":"alice"}}`,
    ),
  ),
  recalls(
    'names the memory with an escape in its name',
    true,
    asked(
      ({ thread }) =>
        `{"messages":"What?","m\\u0065mory":{"thread":"${thread}","resource":"alice"}}`,
    ),
  ),
  recalls(
    'names the memory in a prototype',
    false,
    asked(
      ({ thread }) =>
        `{"messages":"What?","__proto__":{"memory":{"thread":"${thread}","resource":"alice"}}}`,
    ),
  ),
  recalls(
    'names the memory in a constructor',
    false,
    asked(({ thread }) => ({
      ...HELLO,
      constructor: { prototype: { memory: { thread, resource: 'alice' } } },
    })),
  ),
  recalls(
    'streams in the thread of another',
    true,
    asked(({ thread }) => ({ ...HELLO, memory: { thread, resource: 'alice' } }), 'stream'),
  ),
  recalls(
    'streams by stream/vnext',
    true,
    asked(({ thread }) => ({ ...HELLO, memory: { thread, resource: 'alice' } }), 'stream/vnext'),
  ),
  recalls(
    'streams by streamVNext',
    false,
    asked(({ thread }) => ({ ...HELLO, memory: { thread, resource: 'alice' } }), 'streamVNext'),
  ),
  recalls(
    'generates by generate/vnext',
    true,
    asked(({ thread }) => ({ ...HELLO, memory: { thread, resource: 'alice' } }), 'generate/vnext'),
  ),
  recalls(
    'streams until it is idle',
    true,
    asked(
      ({ thread }) => ({ ...HELLO, memory: { thread, resource: 'alice' } }),
      'stream-until-idle',
    ),
  ),
  recalls(
    'asks a network in the thread of another',
    true,
    asked(({ thread }) => ({ ...HELLO, memory: { thread, resource: 'alice' } }), 'network'),
  ),
  recalls('asks a response in a conversation of another', true, (door, { thread }) =>
    door.ask('bob', 'POST /api/v1/responses', {
      agent_id: 'assistant',
      input: 'What?',
      conversation_id: thread,
    }),
  ),
  recalls(
    'asks for more of a memory by its options',
    false,
    asked(({ thread }) => ({
      ...HELLO,
      memory: {
        thread: 'none',
        resource: 'bob',
        options: {
          semanticRecall: { scope: 'resource', topK: 50 },
          threads: [thread],
          lastMessages: 1000,
        },
      },
    })),
  ),
  recalls(
    'forges the memory in a requestContext',
    true,
    asked(({ thread }) => ({
      ...HELLO,
      requestContext: { MastraMemory: { thread: { id: thread }, resourceId: 'alice' } },
    })),
  ),

  // Changes.
  changes('renames a thread', true, (door, { thread }) =>
    door.ask('bob', `PATCH /api/memory/threads/${thread}?agentId=assistant`, {
      title: 'stolen',
      metadata: {},
      resourceId: 'alice',
    }),
  ),
  changes('takes a thread over by PATCH', false, (door, { thread }) =>
    door.ask('bob', `PATCH /api/memory/threads/${thread}?agentId=assistant`, {
      title: 'stolen',
      metadata: {},
      resourceId: door.ownerOf('bob'),
    }),
  ),
  changes('deletes a thread', true, (door, { thread }) =>
    door.ask('bob', `DELETE /api/memory/threads/${thread}?agentId=assistant`),
  ),
  changes('deletes a thread with the resourceId of another', true, (door, { thread }) =>
    door.ask('bob', `DELETE /api/memory/threads/${thread}?agentId=assistant&resourceId=alice`),
  ),
  changes('deletes a thread by the route of networks', true, (door, { thread }) =>
    door.ask('bob', `DELETE /api/memory/network/threads/${thread}?agentId=assistant`),
  ),
  changes('deletes a thread as a conversation', true, (door, { thread }) =>
    door.ask('bob', `DELETE /api/v1/conversations/${thread}`),
  ),
  changes('deletes a thread by a method in a header', false, (door, { thread }) =>
    door.ask(
      'bob',
      `POST /api/memory/threads/${thread}?agentId=assistant`,
      {},
      { 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' },
    ),
  ),
  changes('deletes a thread by a method in the query', false, (door, { thread }) =>
    door.ask('bob', `POST /api/memory/threads/${thread}?agentId=assistant&_method=DELETE`, {
      _method: 'DELETE',
    }),
  ),
  changes('2: makes a thread with an id that exists', true, (door, { thread }) =>
    door.ask('bob', 'POST /api/memory/threads?agentId=assistant', {
      threadId: thread,
      resourceId: 'bob',
      title: 'stolen',
    }),
  ),
  changes('2: makes a thread with an id that exists, at another agent', true, (door, { thread }) =>
    door.ask('bob', 'POST /api/memory/threads?agentId=keeper', {
      threadId: thread,
      resourceId: 'bob',
      title: 'stolen',
    }),
  ),
  changes('2: makes a conversation with an id that exists', true, (door, { thread }) =>
    door.ask('bob', 'POST /api/v1/conversations', {
      agent_id: 'assistant',
      conversation_id: thread,
      resource_id: 'bob',
      title: 'stolen',
    }),
  ),
  changes(
    '2: clones an own thread onto an id that exists',
    false,
    async (door, { thread }) =>
      await door.ask(
        'bob',
        `POST /api/memory/threads/${await ownThread(door)}/clone?agentId=assistant`,
        { newThreadId: thread, resourceId: 'bob' },
      ),
  ),
  changes('gives a thread to oneself', false, (door, { thread }) =>
    door.ask('bob', `POST /api/memory/threads/${thread}/transfer?agentId=assistant`, {
      resourceId: door.ownerOf('bob'),
      newResourceId: door.ownerOf('bob'),
    }),
  ),
  changes('makes a thread in the name of another', true, (door) =>
    door.ask('bob', 'POST /api/memory/threads?agentId=assistant', {
      threadId: door.fresh('planted'),
      resourceId: door.ownerOf('alice'),
      title: 'planted',
    }),
  ),
  changes('plants a thread by asking in the name of another', true, (door) =>
    door.ask('bob', 'POST /api/agents/assistant/generate', {
      ...HELLO,
      memory: { thread: door.fresh('planted'), resource: door.ownerOf('alice') },
    }),
  ),
  changes('writes into a thread by an agent', true, (door, { thread }) =>
    door.ask('bob', 'POST /api/agents/assistant/generate', {
      ...HELLO,
      memory: { thread, resource: door.ownerOf('alice') },
    }),
  ),
  changes('changes a thread by what a question says of it', true, (door, { thread }) =>
    door.ask('bob', 'POST /api/agents/assistant/generate', {
      ...HELLO,
      memory: {
        thread: { id: thread, title: 'stolen', metadata: { stolen: true } },
        resource: door.ownerOf('alice'),
      },
    }),
  ),
  changes('saves a message into a thread', true, (door, { thread }) =>
    door.ask('bob', 'POST /api/memory/save-messages?agentId=assistant', {
      messages: [
        {
          ...MESSAGE,
          id: door.fresh('message'),
          createdAt: new Date(),
          threadId: thread,
          resourceId: 'alice',
        },
      ],
    }),
  ),
  changes(
    'saves a message of another into an own thread',
    true,
    async (door, { messageId }) =>
      await door.ask('bob', 'POST /api/memory/save-messages?agentId=assistant', {
        messages: [
          {
            ...MESSAGE,
            id: messageId,
            createdAt: new Date(),
            threadId: await ownThread(door),
            resourceId: 'bob',
          },
        ],
      }),
  ),
  changes(
    'asks with the id of a message of another',
    true,
    async (door, { messageId }) =>
      await door.ask('bob', 'POST /api/agents/assistant/generate', {
        messages: [
          {
            id: messageId,
            role: 'user',
            parts: [{ type: 'text', text: 'moved' }],
            content: 'moved',
          },
        ],
        memory: { thread: await ownThread(door), resource: 'bob' },
      }),
  ),
  changes('sends a message into a thread', true, (door, { thread }) =>
    door.askBehind('bob', 'POST /api/agents/assistant/send-message', {
      message: 'x',
      threadId: thread,
      resourceId: door.ownerOf('alice'),
    }),
  ),
  changes('queues a message in a thread', true, (door, { thread }) =>
    door.askBehind('bob', 'POST /api/agents/assistant/queue-message', {
      message: 'x',
      threadId: thread,
      resourceId: door.ownerOf('alice'),
    }),
  ),
  changes('signals to a thread', true, (door, { thread }) =>
    door.askBehind('bob', 'POST /api/agents/assistant/signals', {
      signal: { type: 'user-message', contents: 'x' },
      threadId: thread,
      resourceId: door.ownerOf('alice'),
    }),
  ),
  changes('22: deletes a message by its id', true, (door, { messageId }) =>
    door.ask('bob', 'POST /api/memory/messages/delete?agentId=assistant', {
      messageIds: messageId,
    }),
  ),
  changes('22: deletes a message in a list', true, (door, { messageId }) =>
    door.ask('bob', 'POST /api/memory/messages/delete?agentId=assistant', {
      messageIds: [messageId],
    }),
  ),
  changes('22: deletes a message in a list of objects', true, (door, { messageId }) =>
    door.ask('bob', 'POST /api/memory/messages/delete?agentId=assistant', {
      messageIds: [{ id: messageId }],
    }),
  ),
  changes('22: deletes a message by the route of networks', true, (door, { messageId }) =>
    door.ask('bob', 'POST /api/memory/network/messages/delete?agentId=assistant', {
      messageIds: [messageId],
    }),
  ),
  changes('22: deletes a message with the resourceId of another', true, (door, { messageId }) =>
    door.ask('bob', 'POST /api/memory/messages/delete?agentId=assistant&resourceId=alice', {
      messageIds: [messageId],
    }),
  ),
  {
    name: '22: is told that a message was deleted that does not exist',
    isBare: true,
    run: async (door) =>
      (
        await door.ask('bob', 'POST /api/memory/messages/delete?agentId=assistant', {
          messageIds: ['none'],
        })
      ).status === 200,
  },

  // What an agent remembers of a person, whatever the thread.
  ...(['none', 'own'] as const).flatMap((which): readonly Attack[] => [
    {
      name: `reads the working memory of another by ${which === 'own' ? 'an own thread' : 'a thread that nobody has'}`,
      isBare: which === 'none',
      async run(door) {
        const { thread } = await door.talk('keeper')
        const secret = door.fresh('KIWI')
        await door.ask(
          'alice',
          `POST /api/memory/threads/${thread}/working-memory?agentId=keeper`,
          { workingMemory: secret, resourceId: 'alice' },
        )
        const mine = which === 'none' ? door.fresh('none') : await ownThread(door)
        const told = await door.ask(
          'bob',
          `GET /api/memory/threads/${mine}/working-memory?agentId=keeper&resourceId=alice`,
        )
        return told.text.includes(secret)
      },
    },
    {
      name: `writes the working memory of another by ${which === 'own' ? 'an own thread' : 'a thread that nobody has'}`,
      isBare: false,
      async run(door) {
        const { thread } = await door.talk('keeper')
        const secret = door.fresh('KIWI')
        const mine = which === 'none' ? door.fresh('none') : await ownThread(door)
        await door.ask('bob', `POST /api/memory/threads/${mine}/working-memory?agentId=keeper`, {
          workingMemory: secret,
          resourceId: door.ownerOf('alice'),
        })
        const told = await door.ask(
          'alice',
          `GET /api/memory/threads/${thread}/working-memory?agentId=keeper&resourceId=alice`,
        )
        return told.text.includes(secret)
      },
    },
  ]),
  {
    name: 'reads in a network what it remembers of another',
    isBare: true,
    async run(door) {
      const secret = door.fresh('KIWI')
      door.model.answerWith(
        KEEPER,
        {
          kind: 'call',
          id: 'c1',
          name: 'updateWorkingMemory',
          pieces: [JSON.stringify({ memory: secret })],
        },
        NOTED,
        DONE,
      )
      await door.ask('alice', 'POST /api/agents/boss/network', HELLO)
      door.model.answerWith(KEEPER, NOTED, DONE)
      const told = await door.ask('bob', 'POST /api/agents/boss/network', HELLO)
      return (told.text + JSON.stringify(door.model.requests)).includes(secret)
    },
  },
  {
    name: 'has an agent delegate with the owner of another',
    isBare: false,
    async run(door) {
      const secret = door.fresh('KIWI')
      const delegate = (more: object): ChatAnswer => ({
        kind: 'call',
        id: 'k1',
        name: 'agent-keeper',
        pieces: [JSON.stringify({ prompt: 'go', ...more })],
      })
      const note = JSON.stringify({ memory: secret })
      door.model.answerWith(
        delegate({}),
        { kind: 'call', id: 'c1', name: 'updateWorkingMemory', pieces: [note] },
        NOTED,
      )
      const thread = door.fresh('delegation')
      await door.ask('alice', 'POST /api/agents/boss/generate', {
        ...HELLO,
        memory: { thread, resource: door.ownerOf('alice') },
      })
      if (!JSON.stringify(door.model.requests).includes(secret))
        throw new Error('There is nothing to be read.')
      door.model.answerWith(
        delegate({ resourceId: `${door.ownerOf('alice')}-keeper`, threadId: door.fresh('x') }),
        NOTED,
      )
      const told = await door.ask('bob', 'POST /api/agents/boss/generate', {
        ...HELLO,
        memory: { thread: door.fresh('delegation'), resource: door.ownerOf('bob') },
      })
      return (told.text + JSON.stringify(door.model.requests)).includes(secret)
    },
  },
  {
    name: 'loses a stored response to nobody',
    isBare: true,
    async run(door) {
      const told = await door.ask('alice', 'POST /api/v1/responses', {
        agent_id: 'assistant',
        input: 'x',
        store: true,
      })
      const id = told.at('conversation_id')
      if (typeof id !== 'string') throw new Error('There is no conversation.')
      const owner = await door.ask('alice', `GET /api/v1/conversations/${id}`)
      return owner.at('thread', 'resourceId') !== door.ownerOf('alice')
    },
  },
  ...(['GET', 'DELETE'] as const).map((method): Attack => ({
    name: `${method === 'GET' ? 'reads' : 'deletes'} a stored response of another`,
    isBare: true,
    async run(door) {
      const told = await door.ask('alice', 'POST /api/v1/responses', {
        agent_id: 'assistant',
        input: 'x',
        store: true,
      })
      const path = `/api/v1/responses/${String(told.at('id'))}`
      const mine = async () => (await door.ask('alice', `GET ${path}`)).status
      if ((await mine()) !== 200) throw new Error('There is no response.')
      const { status } = await door.ask('bob', `${method} ${path}`)
      return status === 200 || (await mine()) !== 200
    },
  })),
  {
    name: 'continues a stored response of another',
    isBare: true,
    async run(door) {
      const secret = door.fresh('MANGO')
      const told = await door.ask('alice', 'POST /api/v1/responses', {
        agent_id: 'assistant',
        input: `Remember ${secret}.`,
        store: true,
      })
      door.model.answerWith(NOTED)
      await door.ask('bob', 'POST /api/v1/responses', {
        agent_id: 'assistant',
        input: 'What?',
        previous_response_id: told.at('id'),
      })
      return JSON.stringify(door.model.requests).includes(secret)
    },
  },
]
