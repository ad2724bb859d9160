"""The training step in PyTorch on the CPU: eager, as in the notebook, or channels last, or with bfloat16 autocast."""

import torch
from torch import nn

from peer import Step, serve

wanted = Step()
torch.set_num_threads(wanted.threads)

layers, channels = [], 1
for num_convs, out_channels in wanted.blocks:
    for _ in range(num_convs):
        layers += [nn.Conv2d(channels, out_channels, wanted.kernel, padding=wanted.kernel // 2), nn.ReLU()]
        channels = out_channels
    layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
layers.append(nn.Flatten())
features = wanted.features
for width in wanted.classifier:
    layers += [nn.Linear(features, width), nn.ReLU(), nn.Dropout(wanted.dropout)]
    features = width
net = nn.Sequential(*layers, nn.Linear(features, 10))
images = torch.rand(wanted.batch, 1, wanted.side, wanted.side)
labels = torch.randint(0, 10, (wanted.batch,))
if wanted.is_channels_last:
    net = net.to(memory_format=torch.channels_last)
    images = images.to(memory_format=torch.channels_last)
loss_of = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=wanted.learning_rate, momentum=wanted.momentum)


def step():
    optimizer.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=wanted.is_bfloat16):
        loss = loss_of(net(images), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


serve(f"PyTorch {torch.__version__.split('+')[0]}", step)
