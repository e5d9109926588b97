import { createElement, type ComponentType } from 'react'
import { askServer, untilServerIsBack } from '../api/server-away.js'

/** A page whose code is loaded apart. */
export interface LazyPage {
  (): ReturnType<typeof createElement>
  /** Loads the code, unless it is there. While the server is away it waits: the page that is shown stays. */
  readonly preload: () => Promise<void> | undefined
}

/** @throws what `load` throws where the server is there, and so has another version of the Studio */
async function loadPatiently<Loaded>(load: () => Promise<Loaded>): Promise<Loaded> {
  for (;;) {
    try {
      return await load()
    } catch (error) {
      if (await askServer()) throw error
      await untilServerIsBack()
    }
  }
}

/**
 * Makes a page of code that is loaded when somebody goes there, or before.
 * @param load - called again after it failed
 */
export function lazyPage(load: () => Promise<ComponentType>): LazyPage {
  let page: ComponentType | undefined
  let loading: Promise<void> | undefined
  const preload = () => {
    if (page !== undefined) return undefined
    loading ??= loadPatiently(load)
      .then((loaded) => {
        page = loaded
      })
      .finally(() => {
        loading = undefined
      })
    return loading
  }
  const Page = () => {
    // The router loads a page before it shows it.
    if (page === undefined) throw new Error('The page is not loaded.')
    return createElement(page)
  }
  return Object.assign(Page, { preload })
}
