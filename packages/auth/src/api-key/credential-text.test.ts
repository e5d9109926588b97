import { describe, expect, it } from 'vitest'
import { createApiKey } from './make.js'
import { containsCredential } from './credential-text.js'

const encode = (text: string) => Buffer.from(text).toString('base64url')
const HEADER = encode('{"alg":"HS256","typ":"JWT"}')
const CLAIMS = encode('{"sub":"alice"}')
const SIGNATURE = encode('thirty-two bytes of a signature.')

describe('containsCredential', () => {
  it.each([
    ['a token', `${HEADER}.${CLAIMS}.${SIGNATURE}`],
    ['one without a signature', `${HEADER}.${CLAIMS}.`],
    ['one with the shortest header', `${encode('{"alg":""}')}.${CLAIMS}.${SIGNATURE}`],
    ['one without claims', `${HEADER}.${encode('{}')}.${SIGNATURE}`],
    ['one of a JSON with blanks', `${encode('{ "alg": "HS256" }')}.${encode('{ "sub": "a" }')}.x`],
    ['one of a JSON with lines', `${encode('{\n\t"alg": "HS256"}')}.${encode('{\r\n"sub":1}')}.x`],
    ['an encrypted one (RFC 7516)', `${encode('{"alg":"dir","enc":"A128GCM"}')}..aa.bb.cc`],
    ['a token in a text', `Bearer ${HEADER}.${CLAIMS}.${SIGNATURE}!`],
    ['a token behind other words', `a.b.token_${HEADER}.${CLAIMS}.${SIGNATURE}`],
    ['a token before other words', `${HEADER}.${CLAIMS}.${SIGNATURE}.c.d e`],
    ['an API key', createApiKey()],
    ['an API key in a text', `x-${createApiKey()}-x`],
  ])('finds %s', (_, text) => {
    expect(containsCredential(text)).toBe(true)
  })

  it.each([
    '',
    'weather-agent',
    'com.example.weather',
    'keyLookup.eyeColour.v1',
    'monkeyIslandAgentName.v1.2',
    'e30.e30.e30',
    `${HEADER}.${CLAIMS}`,
    `${HEADER} ${CLAIMS} ${SIGNATURE}`,
    `${HEADER}.${SIGNATURE}.${CLAIMS}`,
    encode('{"alg":"HS256"}'),
    `${encode('["alg","HS256","typ"]')}.${CLAIMS}.${SIGNATURE}`,
    'sgn_short',
  ])('finds none in %j', (text) => {
    expect(containsCredential(text)).toBe(false)
  })
})
