import { describe, expect, it } from 'vitest'
import { compareApis } from '../../scripts/api/compare.mjs'
import { describeApi } from '../../scripts/api/describe.mjs'

/** The golden text of a package whose entry is `dist/index.d.ts`. */
function describeFiles(files: Readonly<Record<string, string>>, others: readonly string[] = []) {
  const entries = ['index', ...others].map((name) => ({
    specifier: name === 'index' ? '@signet/sample' : `@signet/sample/${name}`,
    path: `dist/${name}.d.ts`,
  }))
  return describeApi('@signet/sample', entries, (path) => {
    const text = files[path]
    if (text === undefined) throw new Error(`${path} is missing`)
    return text
  })
}

const INDEX = `export { b, type A } from './deep/two.js';`
const TWO = `
  import type { C } from '../one.js';
  /** What is told of it. */
  export interface A {
      /** A member. */
      readonly text?: string | undefined;
      of(c: C): Promise<void>;
  }
  export declare function b(a: A): void; // The end.
  export declare function notExported(): void;
`
const ONE = `export type C = 'left' | 'right';`

const BEFORE = await describeFiles({
  'dist/index.d.ts': INDEX,
  'dist/deep/two.d.ts': TWO,
  'dist/one.d.ts': ONE,
})

/** What is told where the second file is another. */
async function compareTwo(two: string, index = INDEX) {
  const after = await describeFiles({
    'dist/index.d.ts': index,
    'dist/deep/two.d.ts': two,
    'dist/one.d.ts': ONE,
  })
  return compareApis(BEFORE, after)
}

describe('the golden text of a package', () => {
  it('has what is exported, sorted, without comments, and what that refers to', () => {
    expect(BEFORE).toBe(`=== @signet/sample ===

export interface A {
  readonly text?: string | undefined
  of(c: C): Promise<void>
}

export function b(a: A): void

=== not exported by @signet/sample, but part of its types ===

type C = 'left' | 'right'
`)
  })

  it('does not change where a source moves, or where a file takes a type by another name', async () => {
    const moved = await describeFiles({
      'dist/index.d.ts': `export * from './flat.js';\nexport { b } from './other/b.js';`,
      'dist/flat.d.ts': `export type { A } from './other/a.js';`,
      'dist/other/a.d.ts': `type C = 'left' | 'right';\n${TWO.replace(/.*import.*\n/, '').replace(/.*function.*\n/g, '')}`,
      'dist/other/b.d.ts': `import { type A as Given } from './a.js';\nexport declare function b(a: Given): void;`,
    })
    expect(moved).toBe(BEFORE)
  })

  it('does not change where a type is taken by an alias of an import', async () => {
    const index = `export { b, type A } from './alias.js';`
    const alias = `export { b } from './deep/two.js';\nexport type A = import('./deep/two.js').A;`
    const files = { 'dist/deep/two.d.ts': TWO, 'dist/one.d.ts': ONE, 'dist/alias.d.ts': alias }
    expect(await describeFiles({ ...files, 'dist/index.d.ts': index })).toBe(BEFORE)
    const other = alias.replace('.A;', '.A | undefined;')
    const text = await describeFiles({
      ...files,
      'dist/alias.d.ts': other,
      'dist/index.d.ts': index,
    })
    expect(compareApis(BEFORE, text)).toContain(
      '@signet/sample: type A has changed, first at: export type A = A_2 | undefined',
    )
  })

  it('does not change where a comment, or what is not exported, does', async () => {
    const two = TWO.replace('A member.', 'Another.').replace('notExported', 'alsoNotExported')
    expect(await compareTwo(two)).toEqual([])
  })

  it('has protected members and who may construct, but not private members', async () => {
    const text = await describeFiles({
      'dist/index.d.ts': `import type { Hidden } from './hidden.js';
        export declare class A<T> { #private; private a: Hidden; protected b: T; private constructor(); static c: 1; }`,
    })
    expect(text).toContain(`export class A<T> {
  protected b: T
  private constructor()
  static c: 1
}`)
    expect(text).not.toMatch(/hidden|private a|#private/i)
  })

  it('does not take a type parameter for a type of the same name', async () => {
    const text = await describeFiles({
      'dist/index.d.ts': `import type { T } from './absent.js';
        export declare function a<T>(of: { [K in keyof T]: T[K] extends infer U ? U : never }): T;`,
    })
    expect(text).not.toContain('absent')
  })

  it('keeps two types of one name apart', async () => {
    const text = await describeFiles({
      'dist/index.d.ts': `export { a } from './a.js';\nexport { b } from './b.js';`,
      'dist/a.d.ts': `interface Options { a: 1 }\nexport declare function a(options: Options): void;`,
      'dist/b.d.ts': `interface Options { b: 1 }\nexport declare function b(options: Options): void;`,
    })
    expect(text).toContain('function a(options: Options): void')
    expect(text).toContain('function b(options: Options_2): void')
  })

  it('says of a class that only its type is exported', async () => {
    const declared = `export declare class A { a: string }`
    const files = { 'dist/a.d.ts': declared }
    const value = await describeFiles({
      ...files,
      'dist/index.d.ts': `export { A } from './a.js';`,
    })
    const type = await describeFiles({
      ...files,
      'dist/index.d.ts': `export { type A } from './a.js';`,
    })
    expect(value).toContain('export class A {')
    expect(type).toContain('export type { A }')
    expect(compareApis(value, type)).toEqual([
      '@signet/sample: export type A has changed, first at: export type { A }',
      'not exported by @signet/sample, but part of its types: class A is new',
    ])
  })

  it('has what several entries export once, and names of other packages by their package', async () => {
    const text = await describeFiles(
      {
        'dist/index.d.ts': `export { A } from './a.js';\nexport { z as schema } from 'zod';`,
        'dist/more.d.ts': `export { A } from './a.js';`,
        'dist/a.d.ts': `import { type Given as Renamed } from 'elsewhere';\nexport declare class A extends Renamed {}`,
      },
      ['more'],
    )
    expect(text).toBe(`=== @signet/sample ===

export class A extends Given {}

export { z as schema } from 'zod'

=== @signet/sample/more ===

export { A } from '@signet/sample'

=== of other packages, in the types of @signet/sample ===

import { Given } from 'elsewhere'
`)
  })

  it.each([
    ['a namespace', `export * as all from './a.js';`],
    ['a name that nothing declares', `export { A } from './a.js';`],
    ['a syntax error', `export interface {`],
    ['a statement that is not known', `declare module 'zod' {}`],
  ])('is not made of %s', async (_what, index) => {
    const files = { 'dist/index.d.ts': index, 'dist/a.d.ts': 'export {};' }
    await expect(describeFiles(files)).rejects.toThrow(/dist\/|index/)
  })
})

describe('the comparison of golden texts', () => {
  it('tells nothing of equal texts', () => {
    expect(compareApis(BEFORE, BEFORE)).toEqual([])
  })

  it.each([
    [
      'a member that has changed',
      TWO.replace('text?: string', 'text?: number'),
      ['@signet/sample: interface A has changed, first at: readonly text?: number | undefined'],
    ],
    [
      'a member that is gone',
      TWO.replace(/.*readonly text.*\n/, ''),
      ['@signet/sample: interface A has changed, first at: of(c: C): Promise<void>'],
    ],
    [
      'a function that has become a constant',
      TWO.replace(
        'export declare function b(a: A): void; // The end.',
        'export declare const b: 1;',
      ),
      ['@signet/sample: const b has changed, first at: export const b: 1'],
    ],
    [
      'a type that is referred to, and no longer is',
      TWO.replace('of(c: C)', 'of()'),
      [
        '@signet/sample: interface A has changed, first at: of(): Promise<void>',
        'not exported by @signet/sample, but part of its types: type C is gone',
      ],
    ],
  ])('tells of %s in one line', async (_what, two, told) => {
    expect(await compareTwo(two)).toEqual(told)
  })

  it('tells of an export that is gone, and of one that is new', async () => {
    const told = await compareTwo(TWO, `export { notExported, type A } from './deep/two.js';`)
    expect(told).toEqual([
      '@signet/sample: function b is gone',
      '@signet/sample: function notExported is new',
    ])
  })

  it('tells of a whole text where none is checked in', () => {
    expect(compareApis('', BEFORE)).toContain('@signet/sample: the entry is new')
  })

  it('tells where only the order or layout differs', () => {
    expect(compareApis(BEFORE, `${BEFORE}\n`)).toEqual(['the order or layout differs'])
  })
})
