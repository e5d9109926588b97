import { askServer } from '../api/server-away.js'
import { Button } from '../ui/button.js'
import { Notice } from '../ui/notice.js'
import { PageHeader } from '../ui/page-header.js'
import { Page } from '../ui/page.js'

/** Reloads only if the server answers: otherwise the browser would show an error instead of the Studio. */
async function reload(): Promise<void> {
  if (await askServer()) location.reload()
}

/** Shown instead of a page that failed, most often because a newer server has replaced this one. */
export function PageError() {
  return (
    <Page>
      <PageHeader title="Something went wrong" />
      <Notice
        tone="danger"
        title="This page could not be shown."
        actions={<Button onClick={() => void reload()}>Reload</Button>}
      >
        The server may have been updated or stopped.
      </Notice>
    </Page>
  )
}
