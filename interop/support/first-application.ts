import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '@signet/test-support/process/root'

/** What the README says of a first application. */
export interface FirstApplication {
  /** The commands that make an empty folder one for an application, in their order. */
  readonly steps: readonly string[]
  /** The text of `src/mastra/index.ts`. */
  readonly code: string
}

/** Reads the steps and the application of the README as they stand. */
export function readFirstApplication(): FirstApplication {
  const page = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const blocks = [...page.matchAll(/^```(bash|typescript)\n([^]*?)^```/gm)]
  const find = (language: string, part: string) =>
    blocks.find(([, its, code = '']) => its === language && code.includes(part))?.[2] ?? ''
  return {
    steps: find('bash', 'npm init').split('\n').filter(Boolean),
    code: find('typescript', 'new Mastra('),
  }
}

/** The compiler options of Mastra's example, which has another way of finding modules. */
export const MASTRA_TSCONFIG = {
  compilerOptions: {
    target: 'ES2022',
    module: 'ES2022',
    moduleResolution: 'bundler',
    esModuleInterop: true,
    forceConsistentCasingInFileNames: true,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    outDir: 'dist',
  },
  include: ['src/**/*'],
}
