import { describe, expect, it } from 'vitest'
import { isOrigin } from './origin.js'

describe('an origin', () => {
  it.each(['https://app.example', 'http://localhost:4111', 'http://[::1]:8080'])(
    'is a scheme and a host: %s',
    (text) => {
      expect(isOrigin(text)).toBe(true)
    },
  )

  it.each([
    'https://app.example/',
    'https://app.example/path',
    'https://app.example:443',
    'https://App.example',
    'app.example',
    'data:text/plain,a',
    'null',
    '*',
    '',
  ])('is not another text: %j', (text) => {
    expect(isOrigin(text)).toBe(false)
  })
})
