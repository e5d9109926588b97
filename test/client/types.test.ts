import type {
  AgentChunk,
  Answer,
  MastraClientErrorCode,
  MastraClientOptions,
  ServerErrorCode,
} from '@signet/client-js'
import { MastraClient } from '@signet/client-js'
import type { AgentChunk as ServerChunk, AgentOutput } from '@signet/core'
import { STATUS, type ErrorCode } from '@signet/server'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

/** What JSON makes of a type: dates are texts. */
type Json<Type> = Type extends Date
  ? string
  : Type extends object
    ? { readonly [Name in keyof Type]: Json<Type[Name]> }
    : Type

type ServerChunkOf<Type> = Extract<ServerChunk, { type: Type }>

const options: MastraClientOptions = { baseUrl: 'https://api.example' }
const agent = new MastraClient(options).getAgent('a')

describe('the types of the client', () => {
  it('know every type of chunk that the server sends, and no other', () => {
    expectTypeOf<AgentChunk['type']>().toEqualTypeOf<ServerChunk['type']>()
  })

  it('know what the chunks have that are read most', () => {
    expectTypeOf<Json<ServerChunkOf<'start'>>>().toExtend<AgentChunk>()
    expectTypeOf<Json<ServerChunkOf<'text-delta'>>>().toExtend<AgentChunk>()
    expectTypeOf<Json<ServerChunkOf<'tool-call'>>>().toExtend<AgentChunk>()
    expectTypeOf<Json<ServerChunkOf<'tool-result'>>>().toExtend<AgentChunk>()
    expectTypeOf<Json<ServerChunkOf<'tool-error'>>>().toExtend<AgentChunk>()
    expectTypeOf<Json<ServerChunkOf<'error'>>>().toExtend<AgentChunk>()
  })

  it('promise of an answer only what the server gives', () => {
    expectTypeOf<keyof Answer>().toExtend<keyof AgentOutput>()
  })

  it('know every code of the server that this version has', () => {
    expectTypeOf<ErrorCode>().toExtend<MastraClientErrorCode>()
    const codes = Object.keys(STATUS)
    expect(codes).toContain('token_expired')
    expectTypeOf<'token_expired'>().toExtend<ServerErrorCode>()
    expectTypeOf<'no_such_code'>().not.toExtend<ServerErrorCode>()
  })

  it('take the type of an answer from the schema that it was asked for with', () => {
    const structuredOutput = { schema: z.object({ city: z.string() }) }
    const ask = () => agent.generate('Where?', { structuredOutput })
    expectTypeOf<Awaited<ReturnType<typeof ask>>['object']>().toEqualTypeOf<
      { city: string } | undefined
    >()
    const askFreely = () => agent.generate('Where?')
    expectTypeOf<Awaited<ReturnType<typeof askFreely>>['object']>().toEqualTypeOf<unknown>()
  })

  it('narrow a chunk by its type', () => {
    const textOf = (chunk: AgentChunk) => (chunk.type === 'text-delta' ? chunk.payload.text : '')
    expectTypeOf(textOf).returns.toEqualTypeOf<string>()
    // @ts-expect-error -- only some chunks have a text
    const wrong = (chunk: AgentChunk) => chunk.payload.text
    void wrong
  })

  it('refuse what Mastra would take in silence', () => {
    const refused = () => {
      // @ts-expect-error -- there is no server to call
      void new MastraClient({})
      // @ts-expect-error -- a misspelt option
      void new MastraClient({ baseUrl: '', retrys: 3 })
      // @ts-expect-error -- a token is a text or a function
      void new MastraClient({ baseUrl: '', token: 7 })
      // @ts-expect-error -- a role that there is not
      void agent.generate({ role: 'wizard', content: 'x' })
      // @ts-expect-error -- a misspelt option of an answer
      void agent.generate('x', { maxStep: 3 })
      // @ts-expect-error -- a tool runs on data
      void agent.executeTool('t', {})
      // @ts-expect-error -- a text is no list of threads
      void new MastraClient(options).listMemoryThreads('t')
    }
    expect(refused).toBeTypeOf('function')
  })
})
