"""The training step in PyTorch on the CPU: eager, as the notebook has it, or channels last, or under bfloat16 autocast."""

import torch
from torch import nn

from peer import VGG11, arguments, serve

options = arguments()
torch.set_num_threads(options.threads)

layers, channels = [], 1
for num_convs, out_channels in VGG11:
    for _ in range(num_convs):
        out = out_channels // options.ratio
        layers += [nn.Conv2d(channels, out, kernel_size=3, padding=1), nn.ReLU()]
        channels = out
    layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
features = channels * (options.side // 32) ** 2
net = nn.Sequential(
    *layers, nn.Flatten(), nn.Linear(features, 4096), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4096, 4096), nn.ReLU(),
    nn.Dropout(0.5), nn.Linear(4096, 10))
pictures = torch.rand(options.batch, 1, options.side, options.side)
labels = torch.randint(0, 10, (options.batch,))
if options.channels_last:
    net = net.to(memory_format=torch.channels_last)
    pictures = pictures.to(memory_format=torch.channels_last)
loss_of = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)


def step():
    optimizer.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.bfloat16):
        loss = loss_of(net(pictures), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


serve(f"PyTorch {torch.__version__.split('+')[0]}", step)
