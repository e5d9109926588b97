import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { curlCommand, envLine, headerLine } from './copy-texts.js'

const TOKEN = 'aaa.bbb.ccc'
const target = { server: 'http://localhost:4111', prefix: '/api', agentId: 'weather-agent' }

/** The words that a shell makes of a command. */
function words(command: string): readonly string[] {
  const output = execFileSync('sh', ['-c', `curl() { printf '%s\\n' "$@"; }; ${command}`], {
    timeout: 20_000,
  })
  return output.toString().trim().split('\n')
}

it('writes a header and a line for .env', () => {
  expect(headerLine(TOKEN)).toBe(`Authorization: Bearer ${TOKEN}`)
  expect(envLine(TOKEN)).toBe(`MASTRA_JWT_TOKEN=${TOKEN}`)
})

it('writes a cURL command that asks an agent', () => {
  expect(words(curlCommand(TOKEN, target))).toStrictEqual([
    '-X',
    'POST',
    'http://localhost:4111/api/agents/weather-agent/generate',
    '-H',
    'Content-Type: application/json',
    '-H',
    `Authorization: Bearer ${TOKEN}`,
    '-d',
    '{"messages":"Hello"}',
  ])
})

it('writes one that lists agents where none is known', () => {
  expect(words(curlCommand(TOKEN, { ...target, agentId: undefined }))).toStrictEqual([
    'http://localhost:4111/api/agents',
    '-H',
    `Authorization: Bearer ${TOKEN}`,
  ])
})

it('leaves a shell nothing to run', () => {
  const server = "http://x'; echo hacked; '$(echo hacked)`echo hacked`"
  expect(words(curlCommand(TOKEN, { ...target, server }))).toContain(
    `${server}/api/agents/weather-agent/generate`,
  )
})
