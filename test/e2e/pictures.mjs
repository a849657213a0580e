// Makes the pictures of the README anew: npm run pictures --workspace test/e2e
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { launch, profile, Watch } from './browser.mjs';
import { DeskPage } from './desk.mjs';
import { HandsetPage, tollFree } from './handset.mjs';
import { House } from './program.mjs';
import { morning, parcel } from './scene.mjs';

const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const house = await House.make();
const browser = await launch();
try {
  const { ready } = await house.up();
  const open = async (viewport) =>
    (await profile(browser, new Watch(), 'en', { viewport })).newPage();
  const administrator = new DeskPage(await open(), ready.desk, 'en');
  await administrator.enter(ready.signIn);
  const link = await administrator.addUser('Ada Martin', 'ada@contoso.example');
  const ada = new DeskPage(await open({ width: 1180, height: 700 }), ready.desk, 'en');
  await ada.enter(link);
  const handset = new HandsetPage(await open({ width: 460, height: 780 }), ready.pages, 'en');
  await handset.load(parcel, tollFree);
  await morning(house, handset, ada, 'en');
  await mkdir(images, { recursive: true });
  await ada.page.screenshot({ path: `${images}desk.png`, animations: 'disabled' });
  await handset.page.screenshot({ path: `${images}handset.png`, animations: 'disabled' });
} finally {
  await browser.close();
  await house.close();
}
