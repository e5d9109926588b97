import { afterAll, afterEach, beforeAll } from 'vitest'
import { describeStudio, openSignedIn, type Tab, type Width } from './studio-browser.js'
import { startStudioServer, type StudioServer } from './studio-server.js'

/** The server of a page. Its members are there once the tests run. */
export type PageServer = Pick<StudioServer, 'url' | 'token'>

/** Opens the page and signs in: by default with the token of the server. */
export type OpenPage = (token?: string, width?: Width) => Promise<Tab>

/** Describes a page of the Studio of a server that is started for these tests alone. */
export function describeStudioPage(
  name: string,
  path: string,
  body: (open: OpenPage, server: PageServer) => void,
): void {
  describeStudio(name, (browser) => {
    let started: StudioServer | undefined
    const running = (): StudioServer => {
      if (started === undefined) throw new Error('The server of the page has not started yet.')
      return started
    }
    const server: PageServer = {
      get url() {
        return running().url
      },
      get token() {
        return running().token
      },
    }
    beforeAll(async () => {
      started = await startStudioServer()
    })
    afterAll(() => started?.stop())
    afterEach(() => browser.closeTabs())
    body(
      (token = server.token, width) => openSignedIn(browser, server.url, token, path, width),
      server,
    )
  })
}
