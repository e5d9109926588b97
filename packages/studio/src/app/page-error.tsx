import { askServer } from '../api/server-away.js'
import { Button } from '../ui/button.js'
import { Notice } from '../ui/notice.js'
import { PageHeader } from '../ui/page-header.js'
import { Page } from '../ui/page.js'

/** Only where the server answers: else the browser would have nothing to show in place of the Studio. */
async function reload(): Promise<void> {
  if (await askServer()) location.reload()
}

/** Stands in for a page that failed, most often because the server was replaced by a newer one. */
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
