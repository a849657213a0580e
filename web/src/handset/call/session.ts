import { type AnsweredCall, type HandsetCall, handset } from '../api/handset';
import { type MicrophoneState, Sound, type Source } from './sound';

/** What a call on this page is like at a moment. */
export interface SessionState {
  source: Source;
  microphone: MicrophoneState;
  device: string;
  devices: { id: string; label: string }[];
  fileName: string;
  unreadable: boolean;
  muted: boolean;
  /** The way to the cloud works. */
  linked: boolean;
  blocked: boolean;
}

const sourceKey = 'guichet.handset.source';

/** The part of a call that this page has: the sound, and the way it goes to the cloud. */
export class Session {
  readonly sound = new Sound();
  private connection?: RTCPeerConnection;
  private pressed: string[] = [];
  /** A key is being sent. */
  private sounding = false;
  private readonly listeners = new Set<() => void>();
  private closed = false;
  private again?: () => void;
  private state: SessionState = {
    source: (sessionStorage.getItem(sourceKey) as Source | null) ?? 'microphone',
    microphone: 'none',
    device: '',
    devices: [],
    fileName: '',
    unreadable: false,
    muted: false,
    linked: false,
    blocked: this.sound.blocked,
  };

  snapshot = () => this.state;

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  private change(part: Partial<SessionState>) {
    this.state = { ...this.state, ...part };
    for (const listener of this.listeners) listener();
  }

  /** Places a call. */
  place(customer: string, to: string, page: string): Promise<HandsetCall> {
    return this.connect((offer) => handset.placeCall(customer, to, page, offer), page);
  }

  /** Accepts a call, or goes on with it. */
  join(call: HandsetCall, how: 'accept' | 'media', page: string): Promise<HandsetCall> {
    return this.connect((offer) => handset.joinCall(call, how, page, offer), page);
  }

  private async connect(
    ask: (offer: string) => Promise<AnsweredCall>,
    page: string,
  ): Promise<HandsetCall> {
    await this.turnOn();
    this.connection?.close();
    const connection = new RTCPeerConnection();
    this.connection = connection;
    this.pressed = [];
    this.sounding = false;
    connection.addTransceiver(this.sound.track, { direction: 'sendrecv' });
    connection.ontrack = ({ track }) => this.sound.hear(new MediaStream([track]));
    connection.onconnectionstatechange = () => {
      if (this.connection !== connection) return;
      this.change({ linked: connection.connectionState === 'connected' });
      if (connection.connectionState === 'failed') this.again?.();
    };
    await connection.setLocalDescription();
    await gathered(connection);
    const { call, answer } = await ask(connection.localDescription?.sdp ?? '');
    if (this.closed) {
      void handset.endCall(call, 'hangup').catch(() => {});
      return call;
    }
    await connection.setRemoteDescription({ type: 'answer', sdp: answer });
    // A way that broke is made anew once; the cloud ends the call when that does not help in time.
    this.again = () => {
      this.again = undefined;
      void this.join(call, 'media', page).catch(() => {});
    };
    return call;
  }

  /** Begins to send what was chosen; the sound of a file waits for the call. */
  private async turnOn() {
    await Promise.race([this.sound.resume(), new Promise((resolve) => setTimeout(resolve, 300))]);
    this.change({ blocked: this.sound.blocked });
    if (this.state.source === 'microphone' && this.state.microphone === 'none') {
      await this.takeMicrophone(this.state.device);
    }
  }

  async unblock() {
    await this.sound.resume();
    this.change({ blocked: this.sound.blocked });
  }

  async takeMicrophone(device: string) {
    this.remember('microphone');
    this.change({ device });
    const microphone = await this.sound.takeMicrophone(device);
    const known = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
    this.change({
      microphone,
      devices: known
        .filter(({ kind, deviceId }) => kind === 'audioinput' && deviceId !== '')
        .map(({ deviceId, label }) => ({ id: deviceId, label })),
    });
  }

  takeSilence() {
    this.sound.quiet();
    this.remember('silence');
    this.change({ microphone: 'none' });
  }

  /** Makes the file the source; `now` says that the call is connected and it is to be heard. */
  takeFile(now: boolean) {
    this.sound.quiet();
    this.remember('file');
    this.change({ microphone: 'none' });
    if (now) this.sound.play();
  }

  async load(file: File, now: boolean) {
    try {
      await this.sound.load(file);
      this.change({ fileName: file.name, unreadable: false });
    } catch {
      this.change({ unreadable: true });
      return;
    }
    this.takeFile(now);
  }

  /** The call is connected: a file that was chosen is heard from its beginning. */
  connected() {
    if (this.state.source === 'file') this.sound.play();
  }

  private remember(source: Source) {
    sessionStorage.setItem(sourceKey, source);
    this.change({ source });
  }

  mute(muted: boolean) {
    this.sound.mute(muted);
    this.change({ muted });
  }

  /** Sends a key, after those before it: one given to the browser while another sounds would cut it off. */
  press(key: string) {
    this.pressed.push(key);
    if (!this.sounding) this.pressNext();
  }

  private pressNext() {
    const sender = this.connection?.getSenders()[0]?.dtmf;
    const key = this.pressed.shift();
    this.sounding = key !== undefined && sender?.canInsertDTMF === true;
    if (key === undefined || !sender || !this.sounding) return;
    sender.ontonechange = ({ tone }) => {
      if (tone === '') this.pressNext();
    };
    sender.insertDTMF(key, 120, 70);
  }

  close() {
    if (this.closed) return;
    this.closed = true;
    this.again = undefined;
    this.connection?.close();
    this.connection = undefined;
    this.sound.close();
  }
}

/** Waits until the browser knows its addresses, or for two seconds: the cloud is on the same machine. */
async function gathered(connection: RTCPeerConnection) {
  if (connection.iceGatheringState === 'complete') return;
  await new Promise<void>((resolve) => {
    setTimeout(resolve, 2000);
    connection.onicegatheringstatechange = () => {
      if (connection.iceGatheringState === 'complete') resolve();
    };
  });
}
