import { describe, expect, it } from 'vitest'
import { isRunByNpm } from './orphan.js'

const isRunBy = (script: string | undefined) => isRunByNpm({ npm_lifecycle_script: script })

describe('npm waits for signet', () => {
  it.each([
    `'signet'`,
    `"signet"`,
    'signet dev',
    'node_modules/.bin/signet start --port 8080',
    'npm run build && signet start',
    'NODE_ENV=production signet start',
  ])('where it runs the script %s', (script) => {
    expect(isRunBy(script)).toBe(true)
  })

  it.each([
    undefined,
    '',
    'nohup signet dev &',
    'signet dev & vite',
    'vite',
    'node signet-tools.js',
    './start-signet',
  ])('but not where it runs the script %s', (script) => {
    expect(isRunBy(script)).toBe(false)
  })
})
