import { describe, expect, it, vi } from 'vitest'
import { ConfigurationError } from '../error.js'
import { findRefusedOptions, isNothing, type OptionRules } from './closed-options.js'
import { nearestName } from './nearest-name.js'
import { OptionsError, refuseOptions } from './options-error.js'

const rules: OptionRules = {
  served: { tools: true, instructions: true },
  unsupported: { scorers: 'Scorers are not run. Leave the option out.' },
  guards: { inputProcessors: 'Nothing would be checked. Leave the agent out.' },
}

const names = (options: object) => findRefusedOptions('Agent "a"', options, rules)

describe('an options object', () => {
  it('may have what is served, whatever its value', () => {
    expect(names({ tools: {}, instructions: 'Answer.' })).toEqual([])
    expect(names({ tools: undefined })).toEqual([])
  })

  it('is refused what Mastra has and Signet does not serve, with what to do', () => {
    expect(names({ tools: {}, scorers: { one: {} } })).toEqual([
      {
        where: 'Agent "a"',
        name: 'scorers',
        isKnownToMastra: true,
        isGuard: false,
        remedy: 'Scorers are not run. Leave the option out.',
      },
    ])
  })

  it('is told which refused options close something', () => {
    const [refused] = names({ inputProcessors: [{}] })
    expect(refused).toMatchObject({ name: 'inputProcessors', isGuard: true })
  })

  it.each([undefined, null, false, [], {}])(
    'may have an option of Mastra that asks for nothing: %j',
    (value) => {
      expect(names({ scorers: value, inputProcessors: value })).toEqual([])
    },
  )

  it.each([true, 0, '', [false], { a: false }, new Map(), () => {}])(
    'is refused an option of Mastra that asks for something: %j',
    (value) => {
      expect(names({ inputProcessors: value })).toHaveLength(1)
    },
  )

  it('is refused a name that nobody has, with the nearest one, also where its value asks for nothing', () => {
    for (const instruction of [false, undefined]) {
      const [refused] = names({ instruction })
      expect(refused).toMatchObject({
        isKnownToMastra: false,
        isGuard: false,
        remedy: 'There is no such option. Did you mean instructions?',
      })
    }
  })

  it('names what a misspelt guard was meant to be', () => {
    expect(names({ inputProcesors: [] })[0]?.remedy).toContain('Did you mean inputProcessors?')
  })

  it('names nothing where no name is near', () => {
    expect(names({ zebra: 1 })[0]?.remedy).toBe('There is no such option. Leave it out.')
  })

  it.each(['__proto__', 'constructor', 'toString'])('knows only its own names: %s', (name) => {
    expect(names(JSON.parse(`{ ${JSON.stringify(name)}: 1 }`) as object)).toHaveLength(1)
  })

  it('names the place of a nested option by its path', () => {
    expect(findRefusedOptions('Memory', { scorers: [1] }, rules, 'options.')[0]?.name).toBe(
      'options.scorers',
    )
  })
})

describe('what asks for nothing', () => {
  it('is not an object of a class, even one without members of its own', () => {
    expect(isNothing(new Date(0))).toBe(false)
  })
})

describe('the nearest name', () => {
  it('does not mind upper and lower case', () => {
    expect(nearestName('MAXSTEPS', ['maxSteps', 'model'])).toBe('maxSteps')
  })

  it('is none where the names are different words', () => {
    expect(nearestName('model', ['tools', 'memory'])).toBeUndefined()
  })

  it('is not looked for where a name is longer than any option', () => {
    expect(nearestName('a'.repeat(100_000), ['a'.repeat(99_999)])).toBeUndefined()
  })
})

describe('the error', () => {
  const thrown = (options: object) => {
    try {
      refuseOptions(names(options))
    } catch (error) {
      return error
    }
    return undefined
  }

  it('is not thrown where nothing is refused', () => {
    expect(thrown({ tools: {} })).toBeUndefined()
  })

  it('has the code option_unsupported where Mastra has one of the options', () => {
    const error = thrown({ scorers: [1], zebra: 1 })
    expect(error).toBeInstanceOf(OptionsError)
    expect(error).toMatchObject({ code: 'option_unsupported' })
    expect(String(error)).toContain('2 options are refused.')
    expect(String(error)).toContain('Agent "a": scorers. Scorers are not run.')
    expect(String(error)).toContain('Agent "a": zebra.')
  })

  it('is known by its class, also where another installed copy of the package threw it', async () => {
    const error = thrown({ zebra: 1 })
    expect(OptionsError.isInstance(error)).toBe(true)
    vi.resetModules()
    const copy = await import('./options-error.js')
    expect(copy.OptionsError).not.toBe(OptionsError)
    expect(copy.OptionsError.isInstance(error)).toBe(true)
  })

  it.each([new ConfigurationError('option_unknown', 'x'), { refused: [] }, undefined])(
    'is not anything else: %s',
    (value) => {
      expect(OptionsError.isInstance(value)).toBe(false)
    },
  )

  it('has the code option_unknown where nobody has any of them', () => {
    expect(thrown({ zebra: 1 })).toMatchObject({ code: 'option_unknown' })
  })
})
