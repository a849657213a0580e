import { Component, type ReactNode } from 'react';
import { LoadingFailed } from './Note';

/** Keeps a fault in one part of the page from taking the rest with it, and offers a way on. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return <LoadingFailed error={this.state.error} retry={() => window.location.reload()} />;
  }
}
