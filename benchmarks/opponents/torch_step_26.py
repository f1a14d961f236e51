#!/usr/bin/python3
"""The step of torch_step.py in current PyTorch: bf16 autocast, channels-last, optionally torch.compile. Debian trixie has PyTorch 2.6:

  benchmarks/opponents/pytorch26 DIR      # for --compile also, in it: g++ python3-dev python3-setuptools libtorch-dev
  cp torch_step_26.py DIR/
  chroot DIR env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=8589934592 MALLOC_TOP_PAD_=268435456 \
    python3 /torch_step_26.py --arch resnet18 --size 96 --batch 64 --queue 16384 --bf16
Without the three MALLOC settings it is what most people get. bf16 dies of SIGFPE in oneDNN's 1x1 convolutions of ResNet-50 on processors without AMX.
"""
import argparse, json, resource, statistics, time
import torch, torch.nn as nn, torch.nn.functional as F, torchvision

def encoder(arch, dim, dense):
    net = getattr(torchvision.models, arch)()
    c = net.fc.in_features
    trunk = nn.Sequential(*list(net.children())[:-2])
    glob = nn.Sequential(nn.Linear(c, c), nn.ReLU(True), nn.Linear(c, dim))
    loc = nn.Sequential(nn.Conv2d(c, c, 1), nn.ReLU(True), nn.Conv2d(c, dim, 1)) if dense else nn.Identity()
    return nn.ModuleDict(dict(trunk=trunk, glob=glob, loc=loc))

def info_nce(rows, positive, queue, tau):
    """rows (R,D) and positive (R,D) unit vectors, queue (D,K) -> scalar."""
    logits = torch.cat([(rows * positive).sum(1, keepdim=True), rows @ queue], 1) / tau
    return F.cross_entropy(logits, torch.zeros(len(rows), dtype=torch.long))

def main():
    a = argparse.ArgumentParser()
    a.add_argument('--arch', default='resnet18'); a.add_argument('--size', type=int, default=96); a.add_argument('--batch', type=int, default=64)
    a.add_argument('--queue', type=int, default=16384); a.add_argument('--steps', type=int, default=6); a.add_argument('--method', default='densecl', choices=['densecl', 'mocov2'])
    a.add_argument('--threads', type=int, default=2); a.add_argument('--bf16', action='store_true'); a.add_argument('--compile', action='store_true')
    o = a.parse_args(); torch.set_num_threads(o.threads); torch.manual_seed(0)
    dense = o.method == 'densecl'
    q_net, k_net = encoder(o.arch, 128, dense), encoder(o.arch, 128, dense)
    k_net.load_state_dict(q_net.state_dict())
    q_net.to(memory_format=torch.channels_last); k_net.to(memory_format=torch.channels_last)
    amp = lambda: torch.autocast('cpu', torch.bfloat16, enabled=o.bf16)
    qt, kt = (torch.compile(q_net['trunk']), torch.compile(k_net['trunk'])) if o.compile else (q_net['trunk'], k_net['trunk'])
    for p in k_net.parameters(): p.requires_grad = False
    queue, queue2 = (F.normalize(torch.randn(128, o.queue), dim=0) for _ in range(2))
    opt = torch.optim.SGD(q_net.parameters(), lr=0.03, momentum=0.9, weight_decay=1e-4)
    ptr, times = 0, []
    for _ in range(o.steps):
        x1, x2 = (torch.randn(o.batch, 3, o.size, o.size).to(memory_format=torch.channels_last) for _ in range(2))
        t = time.perf_counter()
        with amp():
            fq = qt(x1); q = F.normalize(q_net['glob'](fq.mean((2, 3))), dim=1)
            with torch.no_grad():
                for pq, pk in zip(q_net.parameters(), k_net.parameters()): pk.mul_(0.999).add_(pq, alpha=0.001)
                fk = kt(x2[torch.randperm(o.batch)]); k = F.normalize(k_net['glob'](fk.mean((2, 3))), dim=1)
            loss = info_nce(q, k, queue.clone(), 0.2)
            if dense:
                r = F.normalize(q_net['loc'](fq).flatten(2), dim=1)                      # (N,D,S2)
                with torch.no_grad():
                    dk = k_net['loc'](fk); t2 = F.normalize(dk.mean((2, 3)), dim=1); tk = F.normalize(dk.flatten(2), dim=1)
                    sim = F.normalize(fq.flatten(2), dim=1).transpose(1, 2) @ F.normalize(fk.flatten(2), dim=1)
                    match = sim.argmax(2)                                                # (N,S2)
                    pos = tk.gather(2, match.unsqueeze(1).expand(-1, tk.shape[1], -1))
                loss = 0.5 * loss + 0.5 * info_nce(r.transpose(1, 2).reshape(-1, 128), pos.transpose(1, 2).reshape(-1, 128), queue2.clone(), 0.2)
        opt.zero_grad(); loss.backward(); opt.step()
        queue[:, ptr:ptr + o.batch] = k.T.float()
        if dense: queue2[:, ptr:ptr + o.batch] = t2.T.float()
        ptr = (ptr + o.batch) % o.queue
        times.append(time.perf_counter() - t)
    m = statistics.median(times[1:])
    print(json.dumps(dict(what='pytorch current', torch=torch.__version__, **vars(o), seconds_per_step=round(m, 4), images_per_second=round(o.batch / m, 2),
                          peak_rss_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)))

if __name__ == '__main__': main()
