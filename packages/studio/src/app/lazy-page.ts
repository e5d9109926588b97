import { createElement, type ComponentType } from 'react'
import { askServer, untilServerIsBack } from '../api/server-away.js'

/** A page whose code is loaded separately. */
export interface LazyPage {
  (): ReturnType<typeof createElement>
  /** Loads the code if it is not loaded. While the server cannot be reached it waits, and the current page stays. */
  readonly preload: () => Promise<void> | undefined
}

/** @throws the error of `load` if the server answers: it then has another version of the Studio */
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
 * Creates a page whose code is loaded when the reader opens it, or before.
 * @param load - is called again after it failed
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
    // The router loads the code before it shows the page.
    if (page === undefined) throw new Error('The page is not loaded.')
    return createElement(page)
  }
  return Object.assign(Page, { preload })
}
