import { describe, expect, it } from 'vitest'
import {
  claimProblems,
  readClaims,
  rolesOf,
  scopesOf,
  withLifetime,
  withRoles,
  withScopes,
} from '../token/claims.js'
import { changeDraft, newDraft } from './draft.js'

const NOW = Date.parse('2026-11-24T12:00:00Z')
const SECONDS = NOW / 1000

describe('a draft', () => {
  it('begins with an hour', () => {
    const draft = newDraft(NOW)
    expect(draft.claims).toStrictEqual({ sub: 'alice', iat: SECONDS, exp: SECONDS + 3600 })
    expect(JSON.parse(draft.text)).toStrictEqual(draft.claims)
  })

  it('shows in the JSON what the form changes', () => {
    const draft = newDraft(NOW)
    const changed = changeDraft(draft, {
      type: 'claims',
      claims: withScopes(draft.claims, ['agents:read']),
    })
    expect(JSON.parse(changed.text)).toMatchObject({ scope: 'agents:read' })
  })

  it('takes from the JSON what is written there, and leaves the text alone', () => {
    const text = '{"sub":"bob","roles":["viewer"],  "exp": 1 }'
    const draft = changeDraft(newDraft(NOW), { type: 'text', text })
    expect(draft.text).toBe(text)
    expect(rolesOf(draft.claims)).toStrictEqual(['viewer'])
    expect(draft.lifetime).toBe('written')
  })

  it('keeps the lifetime where the JSON keeps the end, and knows a token without end', () => {
    const draft = newDraft(NOW)
    const same = changeDraft(draft, {
      type: 'text',
      text: JSON.stringify({ ...draft.claims, name: 'Alice' }),
    })
    expect(same.lifetime).toBe(3600)
    const endless = changeDraft(draft, { type: 'text', text: '{"sub":"alice"}' })
    expect(endless.lifetime).toBe('never')
  })

  it('keeps the last good claims while the JSON is none', () => {
    const draft = newDraft(NOW)
    for (const text of ['{', '[]', 'null', '"x"']) {
      const broken = changeDraft(draft, { type: 'text', text })
      expect(broken).toMatchObject({ text, claims: draft.claims })
      expect(broken.problem).toBeDefined()
    }
  })

  it('forgets what was wrong once the form changes it', () => {
    const broken = changeDraft(newDraft(NOW), { type: 'text', text: '{' })
    const mended = changeDraft(broken, { type: 'lifetime', lifetime: 'never', now: NOW })
    expect(mended.problem).toBeUndefined()
    expect(JSON.parse(mended.text)).toStrictEqual({ sub: 'alice', iat: SECONDS })
  })
})

describe('claims', () => {
  it('are counted from now, unless their end is written', () => {
    expect(withLifetime({ exp: 1 }, 60, NOW)).toStrictEqual({ iat: SECONDS, exp: SECONDS + 60 })
    expect(withLifetime({ exp: 1 }, 'never', NOW)).toStrictEqual({ iat: SECONDS })
    expect(withLifetime({ exp: 1 }, 'written', NOW)).toStrictEqual({ exp: 1 })
  })

  it('have scopes by every name that the server reads', () => {
    const claims = { scope: 'a:b c:d', scp: ['e:f'], permissions: ['a:b', 7] }
    expect(scopesOf(claims)).toStrictEqual(['a:b', 'c:d', 'e:f'])
    expect(withScopes(claims, ['x:y'])).toStrictEqual({ scope: 'x:y' })
    expect(withScopes(claims, [])).toStrictEqual({})
  })

  it('have roles by both names', () => {
    const claims = { role: 'viewer', roles: ['member', 'viewer'] }
    expect(rolesOf(claims)).toStrictEqual(['viewer', 'member'])
    expect(withRoles(claims, ['owner'])).toStrictEqual({ roles: ['owner'] })
    expect(withRoles(claims, [])).toStrictEqual({})
  })

  it('are one object', () => {
    expect(readClaims('{"a":1}')).toStrictEqual({ claims: { a: 1 } })
    for (const text of ['', '{', '[1]', 'null', '1']) {
      expect(readClaims(text)).toHaveProperty('problem')
    }
  })

  it.each([
    [{}, [/no subject/, /never expires/]],
    [{ sub: ' ', exp: SECONDS + 1 }, [/no subject/]],
    [{ sub: 'a', exp: SECONDS }, [/in the past/]],
    [{ sub: 'a', exp: NOW + 1 }, [/milliseconds/]],
    [{ sub: 'a', exp: 'soon' }, [/`exp` must be a number/]],
    [{ sub: 'a', exp: SECONDS + 1 }, []],
  ])('%j are told what is wrong', (claims, problems) => {
    const found = claimProblems(claims, NOW)
    expect(found).toHaveLength(problems.length)
    for (const [index, problem] of problems.entries()) expect(found[index]).toMatch(problem)
  })
})
